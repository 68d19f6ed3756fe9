import { setTimeout as sleep } from 'node:timers/promises';
import { isLostConnection, isTransient, violatedConstraint } from '../../db/failure.ts';
import type { Flushed } from './batcher.ts';

/** Runs of one item alone at most, and the first pause between runs, ms (it grows with each). */
const MAX_RUNS = 5;
const PAUSE_MS = 15;

/** What a failed write asks for. `lost`: the connection broke, so that the commit may have been made. */
export type Failure = 'retry' | 'lost' | 'unreachable' | 'other';

/**
 * Names a failure. A constraint was hit by a rival that the judgement could not see: the next run sees it. A deadlock, a time-out and
 * a lost connection may pass. A server that can't be reached at all is not asked again. Pure.
 */
export function judgeFailure(error: unknown): Failure {
  if (isLostConnection(error)) return 'lost';
  if (violatedConstraint(error) !== null || isTransient(error)) return 'retry';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && UNREACHABLE.has(code) ? 'unreachable' : 'other';
}

const UNREACHABLE = new Set(['CONNECT_TIMEOUT', 'ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

export type SafeWrite<T, R> = {
  /** Writes some items in one transaction, whole; safe to run again with the same items: it finds what it wrote. */
  write: (items: readonly T[]) => Promise<readonly Flushed<R>[]>;
  /** Whether somebody still waits; a run alone is spared for who does not. */
  isWanted?: (item: T) => boolean;
  pause?: (ms: number) => Promise<unknown>;
};

type Failed = { failure: Failure; error: unknown };
type Attempt<R> = { ok: true; outcomes: readonly Flushed<R>[] } | ({ ok: false } & Failed);

/**
 * Writes a batch whatever happens to it (BOOKING §4): a failure rolls all of it back; it is run once more with the same ids, then
 * each item alone, so that one that can't be written takes nobody with it. An unknown commit is cleared up by the next run, which
 * finds its own rows; only when that can't be had either is the outcome `isUnknown`.
 */
export async function writeSafely<T, R>(safe: SafeWrite<T, R>, batch: readonly T[]): Promise<readonly Flushed<R>[]> {
  let isUnknown = false;
  const attempt = async (items: readonly T[]): Promise<Attempt<R>> => {
    const made = await attemptOnce(safe.write, items);
    isUnknown ||= !made.ok && made.failure === 'lost';
    return made;
  };
  const fail = ({ error }: Failed): Flushed<R> => ({ kind: 'failed', error, isUnknown });

  let last = await attempt(batch);
  if (!last.ok && batch.length > 1 && mayPass(last)) {
    await (safe.pause ?? sleep)(PAUSE_MS);
    last = await attempt(batch);
  }
  if (last.ok) return last.outcomes;
  const outcomes: Flushed<R>[] = [];
  let failed: Failed = last;
  for (const item of batch) {
    const isSpared = failed.failure === 'unreachable' || safe.isWanted?.(item) === false;
    const alone: Attempt<R> = isSpared ? { ok: false, ...failed } : await runAlone(item, failed);
    if (!alone.ok) failed = alone;
    outcomes.push(...(alone.ok ? alone.outcomes : [fail(alone)]));
  }
  return outcomes;

  /** A batch of one has had its first run. */
  async function runAlone(item: T, before: Failed): Promise<Attempt<R>> {
    let made: Attempt<R> = batch.length === 1 ? { ok: false, ...before } : await attempt([item]);
    for (let run = 2; run <= MAX_RUNS && !made.ok && mayPass(made); run += 1) {
      await (safe.pause ?? sleep)(PAUSE_MS * (run - 1));
      made = await attempt([item]);
    }
    return made;
  }
}

const mayPass = ({ failure }: Failed): boolean => failure === 'retry' || failure === 'lost';

async function attemptOnce<T, R>(write: SafeWrite<T, R>['write'], items: readonly T[]): Promise<Attempt<R>> {
  try {
    return { ok: true, outcomes: await write(items) };
  } catch (error) {
    return { ok: false, error, failure: judgeFailure(error) };
  }
}
