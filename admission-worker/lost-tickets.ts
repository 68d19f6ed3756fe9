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
  /** Where a number may hold many: points of score and how many up to there; null where every number is one visitor. */
  parts: v.optional(v.nullable(v.array(v.tuple([v.string(), v.number()]))), null),
  /** Parts that were lost before and had not come back. */
  lost: v.pipe(v.string(), v.parseJson(), v.array(v.tuple([v.string(), v.string(), v.number()]))),
  /** Whether joins were drawn in rounds, and the rounds that may not be over: JSON for the restore. */
  random: v.optional(v.boolean(), false),
  rounds: v.optional(v.string(), '[]'),
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
  const { counter, from, joined, lobby, rest, parts: points, lost } = v.parse(lineSchema, lane.line);
  const parts: Part[] = [...lost];
  let end = Number(lost.at(-1)?.[1] ?? lane.calledTo);
  const add = (begin: number, to: number, count: number) => {
    const start = Math.max(begin, end);
    if (to <= start) return;
    parts.push([String(start), String(to), count]);
    end = to;
  };
  if (lobby > 0) add(lane.base, lane.base + LOBBY_END, lobby);
  if (points !== null) {
    for (const [score, count] of points) add(from, Number(score), count);
    // How many joined the open round since then nobody knows; those who come back are counted.
    add(end, blockFrom, 1);
    return JSON.stringify(parts);
  }
  // A burst of joins may have come in the tick that was never written.
  const newest = Math.min(blockFrom, counter + 3 * joined);
  if (rest + joined > 0) add(from, newest, rest + joined);
  add(newest, blockFrom, 1);
  return JSON.stringify(parts);
}

/**
 * What a restore has to know of a lane's rounds: those that may not be over, and from which number on there may be more that nobody wrote
 * down. `random`: whether the room draws now.
 */
export function openRounds(
  lane: Pick<LaneFacts, 'line' | 'base'>,
  random: boolean,
): { rounds: string; unseenFrom?: number } {
  if (lane.line === null || lane.line === undefined)
    return { rounds: '[]', ...(random ? { unseenFrom: lane.base + 1 } : {}) };
  const line = v.parse(lineSchema, lane.line);
  return { rounds: line.rounds, ...(random || line.random ? { unseenFrom: line.counter + 1 } : {}) };
}
