import postgres, { type ReservedSql } from 'postgres';
import type { Connection, Sql, Statement } from './connect.ts';
import { isLostConnection } from './failure.ts';
import { doubtPool, reserveConnection } from './reserve.ts';

/**
 * Statements over whole batches are large: planning one anew takes as long as running it, and a plan that was made while the tables
 * were small reads them whole. So each is planned once, by its indexes, for this transaction's statements only.
 */
const BEGIN = 'BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off';

/** What a transaction locks, in order, and the statement that then does its work. */
export type OneTrip<Row extends object> = { locks: Statement<object>[]; work: Statement<Row> };

/**
 * Runs a transaction (READ COMMITTED) in one trip: BEGIN, its locks, its work and COMMIT are sent together, so that locks are held
 * for as long as Postgres works and not for as long as we take to answer; each statement still has a snapshot of its own. One that
 * fails makes that COMMIT a ROLLBACK. Returns the rows of the work. Rejects with the first failure; after a lost connection nobody
 * knows whether it was committed.
 *
 * The driver's own `begin` writes its ROLLBACK also to a connection that is gone, which throws where nobody can catch it.
 */
export async function inOneTrip<Row extends object>(
  sql: Sql,
  plan: (connection: Connection) => OneTrip<Row>,
): Promise<readonly Row[]> {
  const reserved = await reserveConnection(sql);
  const { locks, work } = planOrRelease(reserved, plan);
  // Sent in the order in which they are executed here; a query that is only awaited would come behind the COMMIT.
  const before = [reserved.unsafe(BEGIN), ...locks].map((statement) => statement.execute());
  const worked = work.execute();
  const committed = reserved.unsafe('COMMIT').execute();
  try {
    const [rows] = await Promise.all([worked, ...before, committed]);
    reserved.release();
    return rows;
  } catch (error) {
    const failure = afterSending(error);
    // Only the server's own refusal says that the connection is still there, with its transaction over. One that is gone has left the pool
    // by itself; released, it would be used again.
    const giveBack = (last: unknown): void =>
      isLostConnection(afterSending(last)) ? doubtPool(sql) : reserved.release();
    if (isLostConnection(failure)) doubtPool(sql);
    else void committed.then(() => reserved.release(), giveBack);
    throw failure;
  }
}

/** Once all was sent, whatever the server did not say itself is a loss, also one for which the system has a name that connecting has too. */
const afterSending = (error: unknown): unknown =>
  error instanceof postgres.PostgresError || isLostConnection(error) ? error : new LostInTripError(error);

class LostInTripError extends Error {
  readonly code = 'CONNECTION_CLOSED';
  constructor(cause: unknown) {
    super(`the connection was lost in mid-transaction: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** What can't even be planned gives the connection back: a pool of two is soon empty, and no batch would be written any more. */
function planOrRelease<Row extends object>(
  reserved: ReservedSql<{ bigint: number }>,
  plan: (connection: Connection) => OneTrip<Row>,
): OneTrip<Row> {
  try {
    return plan(reserved);
  } catch (error) {
    reserved.release();
    throw error;
  }
}
