import { OperatingError } from '../../platform/operating-error.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import type { CoreDeps } from '../deps.ts';

/** Holds and extensions one pass may ask for a minute: a person who chooses seats stays below twenty. */
const ASKED_PER_MINUTE = 120;
const MINUTE_MS = 60_000;

/**
 * Counts a request to hold or to extend against the pass's subject: each leaves a record of its Idempotency-Key in Redis, so
 * they have to be bounded (ADR 5). Refuses: `rate_limited`, `store_unavailable`.
 */
export async function limitHolds(deps: Pick<CoreDeps, 'scripts'>, subject: string): Promise<void> {
  const limit = { name: 'hold', subject, max: ASKED_PER_MINUTE, windowMs: MINUTE_MS };
  const result = await takeLimit(deps.scripts, limit);
  if (!result.allowed) throw new OperatingError('rate_limited', { retryAfterSeconds: result.retryAfterMs / 1000 });
}
