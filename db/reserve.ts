import type { ReservedSql } from 'postgres';
import type { Sql } from './connect.ts';

/** How long to wait for a connection, ms: as long as one may take to be made (`connectDatabase`). */
const WITHIN_MS = 2000;

/** No connection could be had in time; nothing was sent. Reads as the driver's own `CONNECT_TIMEOUT`: the server is away. */
class NoConnectionError extends Error {
  readonly code = 'CONNECT_TIMEOUT';
}

/** Pools that have just lost a connection, or could not have one. */
const doubted = new WeakSet<Sql>();

/** Has the next caller ask whether the pool's server is there before a connection is taken. */
export const doubtPool = (sql: Sql): void => void doubted.add(sql);

/**
 * Takes a connection of the pool for one caller, who has to release it. Rejects with the failure to connect, or when none was to be had
 * in time.
 *
 * The driver's own call is not made for outages (postgres.js 3.4.9): who asks while a connection is being made again is forgotten once
 * it is there, and one who was refused is handed it afterwards and never gives it back. So a pool in doubt is first asked a question,
 * which makes a connection in the way that works, and no wait is without an end: a committer that waits for good takes no more batches.
 * A pool that nobody doubts yet can still lose a connection to the first refusal of an outage, within about a millisecond.
 */
export async function reserveConnection(sql: Sql, withinMs = WITHIN_MS): Promise<ReservedSql<{ bigint: number }>> {
  const reserving = doubted.has(sql) ? sql`SELECT 1`.then(() => sql.reserve()) : sql.reserve();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoConnectionError('no connection could be had in time')), withinMs);
  });
  try {
    const reserved = await Promise.race([reserving, tooLate]);
    doubted.delete(sql);
    return reserved;
  } catch (error) {
    doubtPool(sql);
    // It may come all the same, and nobody would give it back.
    reserving.then((late) => late.release()).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
