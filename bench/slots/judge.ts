import type { Announced } from './slots-room.ts';

/** The answer window of the law, and how long after a repeat is due a silent visitor is skipped, in ms. */
const WINDOW_MS = 6000;
const GRACE_MS = 10_000;

type Answered = { score: number; dueMs: number };
type Second = { atMs: number; admitted: number; active: number };

/**
 * Watches from outside, by what was published: who answered within the window after the board first showed the call must not see
 * anybody behind them admitted.
 */
export type Judge = {
  joined(ticketId: string, score: number): void;
  /** A first or repeated answer was taken as `ready`. */
  answered(ticketId: string, nowMs: number, againMs: number): void;
  gone(ticketId: string): void;
  tick(announced: Announced, nowMs: number): void;
  seconds(): readonly Second[];
  overtaken(): number;
};

/** A judge of one lane. */
export function createJudge(): Judge {
  const scores = new Map<string, number>();
  const inTime = new Map<string, Answered>();
  const answeredBefore = new Set<string>();
  const shown: { to: number; atMs: number }[] = [];
  const seconds: Second[] = [];
  const overtaken = new Set<string>();

  const calledAtMs = (score: number): number => shown.find(({ to }) => to >= score)?.atMs ?? 0;
  const judge = (admitted: string[], nowMs: number): void => {
    for (const id of admitted) inTime.delete(id);
    const furthest = Math.max(0, ...admitted.map((id) => scores.get(id) ?? 0));
    for (const [id, { score, dueMs }] of inTime) {
      if (dueMs < nowMs) inTime.delete(id);
      else if (score < furthest) overtaken.add(id);
    }
  };
  return {
    joined: (ticketId, score) => void scores.set(ticketId, score),
    answered(ticketId, nowMs, againMs) {
      const score = scores.get(ticketId) ?? 0;
      const isFirst = !answeredBefore.has(ticketId);
      answeredBefore.add(ticketId);
      // Who was late the first time, or fell silent since, has no claim to the place any more.
      if (isFirst ? nowMs - calledAtMs(score) >= WINDOW_MS : !inTime.has(ticketId)) return;
      inTime.set(ticketId, { score, dueMs: nowMs + againMs + GRACE_MS });
    },
    gone: (ticketId) => void inTime.delete(ticketId),
    tick({ board, admitted }, nowMs) {
      judge(admitted, nowMs);
      const calledTo = Number(board.lanes['general']?.calledTo ?? 0);
      if (calledTo !== shown.at(-1)?.to) shown.push({ to: calledTo, atMs: nowMs });
      seconds.push({ atMs: nowMs, admitted: admitted.length, active: board.active });
    },
    seconds: () => seconds,
    overtaken: () => overtaken.size,
  };
}
