import { setTimeout as sleep } from 'node:timers/promises';
import { checkHistory } from '../checker/check-history.ts';
import type { Told } from '../checker/history.ts';
import { createAsking } from './asking.ts';
import type { Booked } from './book-hold.ts';
import { type Ending, runBuyer, type Plan, untilPaid } from './buyers.ts';
import { whyNoSmallDisk } from '../support/small-disk.ts';
import { FAULTS, type Fault } from './faults.ts';
import { openStormWorld, type StormWorld } from './storm-world.ts';
import { runWaiter } from './waiters.ts';

/** When the fault strikes, ms after the first buyer may come; the buyers come within twice that. */
const STRIKES_AFTER_MS = 2000;

/** What a storm came to: how many were told of a booking and took an offer, and what is wrong, which should be nothing. */
export type StormEnd = { booked: number; accepted: number; endings: Record<string, number>; wrong: string[] };

/** Why a fault can't be had on this machine, or null. */
export const whyNotHere = async (fault: string): Promise<string | null> =>
  FAULTS[fault]?.onSmallDisk === true ? whyNoSmallDisk() : null;

/**
 * One storm with one fault, in a world of its own. The same seed draws the same buyers; when exactly the fault meets them is the
 * machine's. They want thirty seats.
 */
export async function runStorm(wanted: { fault: string; seed: number; buyers: number }): Promise<StormEnd> {
  const chosen = FAULTS[wanted.fault];
  if (chosen === undefined) throw new Error(`there is no fault ${wanted.fault}`);
  const storm = await openStormWorld({ onSmallDisk: chosen.onSmallDisk === true });
  try {
    return await strikeBuyers(storm, chosen, wanted);
  } finally {
    await storm.close();
  }
}

async function strikeBuyers(
  storm: StormWorld,
  chosen: Fault,
  { seed, buyers }: { seed: number; buyers: number },
): Promise<StormEnd> {
  const random = createRandom(seed);
  const plans = Array.from({ length: buyers }, () => drawPlan(random));
  // Who waits does so until nobody is left who could give anything back, and the fault is over.
  let present = plans.length + 1;
  const leave = () => void (present -= 1);
  const isGone = () => present === 0;
  const strike = sleep(STRIKES_AFTER_MS)
    .then(() => chosen.strike(storm))
    .finally(leave);
  const run = async (plan: Plan): Promise<Ending> => {
    const came = await runBuyer(storm, plan).finally(leave);
    if (came.isUnmet !== true || !plan.waits) return came;
    const pay = (booked: Booked) => untilPaid(storm, booked, plan.webhook);
    const waited = await runWaiter(createAsking(storm.coreUrl, came.amiss), plan, { isGone, stays: plan.twice, pay });
    return { ...waited, amiss: came.amiss };
  };
  const [endings] = await Promise.all([Promise.all(plans.map(run)), strike]);
  const told = endings.flatMap((ending) => ending.told);
  const wrong = [
    ...endings.flatMap((ending) => ending.amiss),
    ...checkHistory(told, await storm.settle()),
    ...(await storm.compare()),
  ];
  const counts: Record<string, number> = {};
  for (const { left } of endings) counts[left] = (counts[left] ?? 0) + 1;
  const countOf = (what: Told['kind']) => told.filter(({ kind }) => kind === what).length;
  return { booked: countOf('booked'), accepted: countOf('accepted'), endings: counts, wrong };
}

/** Few seats for many, so that they meet. */
function drawPlan(random: () => number): Plan {
  const below = (n: number) => Math.floor(random() * n);
  const first = below(29) + 1;
  const isStanding = below(6) === 0;
  return {
    startMs: below(2 * STRIKES_AFTER_MS),
    seats: isStanding ? [] : [`s${first}`, `s${first + 1}`].slice(0, below(3) === 0 ? 2 : 1),
    standing: isStanding ? 1 : 0,
    twice: below(4) === 0,
    pays: below(5) > 0,
    cancels: below(5) === 0,
    waits: below(2) === 0,
    webhook: { copies: below(8) === 0 ? 100 : 1 + below(2), reorder: below(4) === 0 },
  };
}

/** Mulberry32: small, and the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
