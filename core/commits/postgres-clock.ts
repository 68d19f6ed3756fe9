import type { Sql } from '../../db/connect.ts';
import { readServerTime } from '../../db/queries/ping.ts';
import type { Clock } from '../../platform/clock.ts';
import { withinDeadline } from '../http/store-failure.ts';

/** How long a comparison with the server's clock counts, ms: two clocks drift apart by far less than a second in it. */
const FRESH_MS = 30_000;

/** Postgres's time as this process knows it: `payBy` is promised by it before the statement that writes it runs. */
export type PostgresClock = { nowMs(): Promise<number> };

/**
 * Compares our clock with the server's now and then; in between no query is made. The first call waits for it, and fails with
 * `store_unavailable` when the server can't be asked; later ones go on with what was known.
 */
export function createPostgresClock(sql: Sql, clock: Clock): PostgresClock {
  let known: { offsetMs: number; atMs: number } | null = null;
  let asking: Promise<void> | null = null;
  const ask = async (): Promise<void> => {
    const before = clock.nowMs();
    const serverMs = await withinDeadline(sql, () => readServerTime(sql));
    const after = clock.nowMs();
    known = { offsetMs: serverMs - (before + after) / 2, atMs: after };
  };
  return {
    async nowMs() {
      if (known === null || clock.nowMs() - known.atMs > FRESH_MS) asking ??= ask().finally(() => (asking = null));
      if (known === null) await asking;
      // What was known goes on counting while the server is away; whoever writes will notice that.
      else asking?.catch(() => {});
      return Math.round(clock.nowMs() + (known?.offsetMs ?? 0));
    },
  };
}
