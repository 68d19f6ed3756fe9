import { openCrowdRoom, type CrowdRoom, type Guest } from './crowd-room.ts';
import type { Mutation, Stores } from './room-under-test.ts';

export const HOARDERS = 60;
export const MINUTE_MS = 60_000;

/** A second unclaimed key no longer spends the ticket. */
export const FREE_UNCLAIMED_KEYS: Mutation = {
  script: 'tick',
  from: 'answers.strikes > 1 then',
  to: 'answers.strikes > 1e9 then',
};

/** Slow workers, so that hours pass sooner: the room pays out up to 3 s. */
export async function slowTick(crowd: CrowdRoom): Promise<void> {
  await crowd.room.advance(2000);
  await crowd.tick();
}

/** People come as fast as they are let in, and a line of them stands ready all the time. */
export async function honest(crowd: CrowdRoom, people: Guest[]): Promise<void> {
  if (people.length - crowd.admissions.length < 60) people.push(...(await crowd.newcomers(60, 'guest')));
  await crowd.askAll(people.slice(-400));
}

const isHoarder = ({ id }: { id: string }): boolean => id.startsWith('hoarder');

/**
 * Sixty tickets hoarded by one hand, which all answer for the first time at once and go on for `forMs`, claiming nothing, beside
 * people who come in. Tells their share of the first five minutes, the keys they were given, and how many others came in a minute.
 */
export async function strike(stores: Stores, forMs: number, mutations: Mutation[] = []) {
  const crowd = await openCrowdRoom(stores, { rate: 60, capacity: 100_000, claimMs: MINUTE_MS }, mutations);
  const hoarders = await crowd.newcomers(HOARDERS, 'hoarder');
  const people = await crowd.newcomers(60, 'guest');
  for (let i = 0; i < 60; i++) {
    await slowTick(crowd);
    await honest(crowd, people);
  }
  const strikeAt = crowd.room.nowMs();
  while (crowd.room.nowMs() < strikeAt + forMs) {
    await crowd.askAll(hoarders, false);
    await honest(crowd, people);
    await slowTick(crowd);
  }
  const since = crowd.admissions.filter(({ at }) => at > strikeAt);
  const firstMinutes = since.filter(({ at }) => at <= strikeAt + 5 * MINUTE_MS);
  return {
    share: firstMinutes.filter(isHoarder).length / firstMinutes.length,
    keys: since.filter(isHoarder).length,
    honestPerMinute: ((since.length - since.filter(isHoarder).length) / forMs) * MINUTE_MS,
  };
}
