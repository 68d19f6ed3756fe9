import type { Board } from '../contracts/board.ts';
import type { Visitor } from './visitor.ts';

/**
 * Those who were not called yet, in the order of their lanes: a tick asks the head of each line and not everyone who waits, so
 * far from the head a visitor costs a tick nothing but its board.
 */
export type CallLine = {
  /** Takes in a visitor whose score is known. */
  add(visitor: Visitor): void;
  remove(visitor: Visitor): void;
  /** Says `called`, once, to all whom their lane's call has reached; who could not be told (too far behind) stays. */
  call(board: Board): void;
};

type Entry = { score: number; visitor: Visitor };

/** An empty line. */
export function createCallLine(): CallLine {
  /** Highest score first, so that the called are taken off the end. */
  const lanes = new Map<string, Entry[]>();

  return {
    add(visitor) {
      if (visitor.score === undefined) return;
      const line = lanes.get(visitor.lane) ?? [];
      lanes.set(visitor.lane, line);
      const score = Number(visitor.score);
      line.splice(firstAtMost(line, score), 0, { score, visitor });
    },
    remove(visitor) {
      const line = lanes.get(visitor.lane);
      if (visitor.score === undefined || line === undefined) return;
      const score = Number(visitor.score);
      for (let at = firstAtMost(line, score); line[at]?.score === score; at += 1) {
        if (line[at]?.visitor !== visitor) continue;
        line.splice(at, 1);
        break;
      }
      if (line.length === 0) lanes.delete(visitor.lane);
    },
    call(board) {
      if (board.phase === 'lobby') return;
      for (const [lane, line] of lanes) {
        const calledTo = Number(board.lanes[lane]?.calledTo ?? Number.NEGATIVE_INFINITY);
        const reached = line.splice(firstAtMost(line, calledTo));
        line.push(...reached.filter(({ visitor }) => !visitor.outbox.send({ type: 'called' })));
      }
    },
  };
}

/** Where in a line (highest score first) the first score at most this one stands. */
function firstAtMost(line: readonly Entry[], score: number): number {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((line[middle]?.score ?? 0) > score) from = middle + 1;
    else to = middle;
  }
  return from;
}
