/** How true the times were that visitors were told: whole lines played on real Redis, each look at the board judged by when its visitor came in. */
import * as v from 'valibot';
import { expect } from 'vitest';
import { aheadOf, boardSchema, estimateWaitMs, pollAfterMs, type Board } from '../../contracts/board.ts';
import { openCrowdRoom, type CrowdRoom, type Guest } from './crowd-room.ts';
import type { Settings } from './model.ts';
import type { Stores } from './room-under-test.ts';

/** What a page makes of a board for the visitor with so many people ahead: ms, or null for unknown. */
export type Estimate = (board: Board, lane: string, ahead: number) => number | null;
/** Who joins one lane, and how many in ten of them never answer. */
type LineCrowd = { lane: string; count: number; ghostTenths: number };
/** How long a line is played, from when on looks count, and how long who came in stays, all in s. */
type Span = { seconds: number; from: number; staySeconds?: number };
/** One look of one visitor at the board: what it said, and how much too much or too little they were told, in polls and shares. */
type Look = { guest: Guest; at: number; toldMs: number | null; pollMs: number };

/** Who never answers: as if by chance, so that no stretch of the line is quite like another. */
function isGhost(index: number, tenths: number): boolean {
  // The last step of MurmurHash3, which spreads neighbours over all 32 bits.
  let bits = Math.imul(index + 1, 0x9e37_79b9);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32 < tenths / 10;
}

/**
 * Everyone joins in the beginning and looks as often as the board says, until `seconds` are over; who comes in stays for
 * `staySeconds`. Returns the looks of all who came in, those before `from` s left out.
 */
export async function play(
  stores: Stores,
  settings: Partial<Settings>,
  crowds: LineCrowd[],
  { seconds, from, staySeconds = 3600 }: Span,
  estimate: Estimate,
) {
  const crowd = await openCrowdRoom(stores, settings);
  const live: Guest[] = [];
  for (const { lane, count, ghostTenths } of crowds) {
    const guests = await crowd.newcomers(count, lane, lane);
    live.push(...guests.filter((_, i) => !isGhost(i, ghostTenths)));
  }
  const startedAt = crowd.room.nowMs();
  const looks: Look[] = [];
  // A page looks again as soon as its join said: near the head within 2 s, far from it within 20 s.
  const joinedOn = boardOf(crowd);
  const pollOf = (guest: Guest) => pollAfterMs(joinedOn, guest.lane, Number(guest.score), startedAt);
  const nextLook = new Map(live.map((guest, i) => [guest, startedAt + ((i * 1000) % pollOf(guest))]));
  for (let second = 0; second < seconds; second++) {
    await crowd.tick();
    const now = crowd.room.nowMs();
    const board = boardOf(crowd);
    const looking = live.filter((g) => (g.state === 'outside' || g.askAt <= now) && (nextLook.get(g) ?? 0) <= now);
    for (const guest of looking.filter(({ state }) => state === 'outside')) {
      const lane = board.lanes[guest.lane];
      const pollMs = pollAfterMs(board, guest.lane, Number(guest.score), now);
      nextLook.set(guest, now + pollMs);
      if (lane === undefined || crowd.isCalled(guest) || second < from) continue;
      looks.push({ guest, at: now, toldMs: estimate(board, guest.lane, aheadOf(lane, Number(guest.score))), pollMs });
    }
    await crowd.askAll(looking);
    for (const guest of live.filter(({ state }) => state === 'admitted')) await crowd.ask(guest);
    await leaveAfter(crowd, live, staySeconds);
  }
  return judge(crowd, looks);
}

/** The board as it is now. */
export const boardOf = (crowd: CrowdRoom): Board => v.parse(boardSchema, JSON.parse(crowd.board()?.board ?? 'null'));

async function leaveAfter(crowd: CrowdRoom, guests: Guest[], staySeconds: number): Promise<void> {
  // Not all stay equally long, or the room would empty in waves.
  const end = ({ at }: { at: number }, i: number) => at + (staySeconds + ((i * 37) % staySeconds)) * 1000;
  const now = crowd.room.nowMs();
  const gone = new Set(crowd.admissions.filter((one, i) => end(one, i) === now).map(({ id }) => id));
  for (const guest of guests) if (gone.has(guest.id)) await crowd.leave(guest);
}

/** Of the looks of those who came in: how many were told a time, and how many of these times were true. */
function judge({ admissions }: CrowdRoom, looks: Look[]) {
  const enteredAt = new Map(admissions.map(({ id, at }) => [id, at]));
  let [all, told, right] = [0, 0, 0];
  for (const { guest, at, toldMs, pollMs } of looks) {
    const entered = enteredAt.get(guest.id);
    if (entered === undefined) continue;
    all++;
    if (toldMs === null) continue;
    told++;
    if (Math.abs(toldMs - (entered - at)) <= Math.max(pollMs, 0.1 * (entered - at))) right++;
  }
  return { looks: all, told: told / all, right: right / told };
}

/** Plays a line and expects that nearly everyone was told a time, and nine in ten a true one. Returns how many looks were judged. */
export async function expectTrueWaits(
  stores: Stores,
  settings: Partial<Settings>,
  crowds: LineCrowd[],
  time: Span,
): Promise<number> {
  const { looks, told, right } = await play(stores, settings, crowds, time, estimateWaitMs);
  expect(told, 'told a time at all').toBeGreaterThan(0.9);
  expect(right).toBeGreaterThanOrEqual(0.9);
  return looks;
}
