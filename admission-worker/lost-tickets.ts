import * as v from 'valibot';
import type { LaneFacts } from '../db/queries/restore-facts.ts';

/** Tickets waiting in from < score ≤ to, spread evenly. */
type Part = [from: string, to: string, count: number];

const lineSchema = v.object({
  /** The last number given out, and the one this epoch began with. */
  counter: v.number(),
  from: v.number(),
  /** Numbers given out during the last tick. */
  joined: v.number(),
  /** Waiting visitors of the lobby, and those with a number of this epoch. */
  lobby: v.number(),
  rest: v.number(),
  /** Parts that were lost before and had not come back. */
  lost: v.pipe(v.string(), v.parseJson(), v.array(v.tuple([v.string(), v.string(), v.number()]))),
});

/** Draws lie below base + 1, and the first number after the lobby is base + 1. */
const LOBBY_END = 1 - 2 ** -27;

/**
 * Who waits although the index in Redis knows nothing of them, as JSON of parts in order (WAITING-ROOM §5): numbers are consecutive and
 * draws uniform, so counts stand for lists. `blockFrom` is where the new epoch's numbers begin. Who joined after the last written tick
 * stands in the last part, whose end is that beginning: nobody can be behind it.
 */
export function lostTickets(lane: Pick<LaneFacts, 'line' | 'calledTo' | 'base'>, blockFrom: number): string {
  // Lost before the first tick was written: whoever joined stands somewhere below the new block.
  if (lane.line === null || lane.line === undefined)
    return JSON.stringify(blockFrom > lane.base ? [[String(lane.base), String(blockFrom), 1]] : []);
  const { counter, from, joined, lobby, rest, lost } = v.parse(lineSchema, lane.line);
  const parts: Part[] = [...lost];
  let end = Number(lost.at(-1)?.[1] ?? lane.calledTo);
  const add = (begin: number, to: number, count: number) => {
    const start = Math.max(begin, end);
    if (to <= start) return;
    parts.push([String(start), String(to), count]);
    end = to;
  };
  if (lobby > 0) add(lane.base, lane.base + LOBBY_END, lobby);
  // A burst of joins may have come in the tick that was never written.
  const newest = Math.min(blockFrom, counter + 3 * joined);
  if (rest + joined > 0) add(from, newest, rest + joined);
  add(newest, blockFrom, 1);
  return JSON.stringify(parts);
}
