/** Rounds of a drawn lane as a plain program (WAITING-ROOM §2), for the model. Times are ms. */
export type ModelRound = { minute: number; base: number };
type DrawnLane = { counter: number; calledTo: number; rounds: ModelRound[] };

const MINUTE = 60_000;
/** Draws are multiples of this. */
export const DRAW_STEP = 2 ** -26;
/** How long after its end a round may not yet be called: its visitors have to learn where they stand. */
export const ROUND_KNOWN = 6000;

/** The next place of a lane: a number of the counter, or with a draw one in the round of this minute. */
export const nextScore = (lane: DrawnLane, now: number, draw: number | null): number =>
  draw === null ? (lane.counter += 1) : roundBase(lane, now) + draw;

/** A round is one minute's joins with no other number and no call between them. */
function roundBase(lane: DrawnLane, now: number): number {
  const minute = Math.floor(now / MINUTE);
  const last = lane.rounds.at(-1);
  if (last?.minute === minute && last.base === lane.counter && last.base > lane.calledTo) return last.base;
  lane.counter += 1;
  lane.rounds.push({ minute, base: lane.counter });
  return lane.counter;
}

/** The base of the first round that did not end at least `since` ms ago. */
export const firstOpenBase = ({ rounds }: DrawnLane, now: number, since: number): number =>
  rounds.find(({ minute }) => now < (minute + 1) * MINUTE + since)?.base ?? Infinity;
