import { limiterKey } from './keys.ts';
import { asList, asNumber } from './reply.ts';
import type { ScriptClient } from './script-client.ts';

export type Limit = {
  /** Names the limiter in its key: `join`, `me`, `browse`. */
  name: string;
  /** Who is counted: a client address (IPv6 by /64) or a ticket id. */
  subject: string;
  /** Calls allowed in any window of this length. */
  max: number;
  windowMs: number;
};

/** Counts one call (sliding window by two fixed windows, Redis time). A refusal says when to come again. */
export async function takeLimit(
  client: ScriptClient,
  limit: Limit,
): Promise<{ allowed: true } | { allowed: false; retryAfterMs: number }> {
  const reply = await client.run('take-limit', [limiterKey(limit.name, limit.subject)], [limit.max, limit.windowMs]);
  const [allowed, retryAfterMs] = asList(reply, 2);
  return asNumber(allowed) === 1 ? { allowed: true } : { allowed: false, retryAfterMs: asNumber(retryAfterMs) };
}
