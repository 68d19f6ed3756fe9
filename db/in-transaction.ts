import postgres from 'postgres';
import type { Sql, Transaction } from './connect.ts';
import { isLostConnection } from './failure.ts';

/**
 * Runs a transaction (READ COMMITTED) of several trips: commits when `work` resolves, rolls back when it rejects. Rejects with the
 * lost connection's error when that goes away in mid-transaction; after a loss during COMMIT nobody knows whether it was made.
 *
 * The driver's own `begin` goes on with a connection that is gone: its ROLLBACK is written to no socket, which throws where nobody
 * can catch it and ends the process; and a statement, or the COMMIT, of work that went on meanwhile is sent over whatever took the
 * connection's place, outside any transaction. Here what comes after the loss is never sent.
 */
export async function inTransaction<T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let lost: Error | null = null;
  // A box, since the driver's types unwrap arrays of promises in the result.
  const run = sql.begin(async (tx) => {
    try {
      const result = await work(refuseWhen(tx, () => lost));
      return lost === null ? { result } : await never();
    } catch (error) {
      if (lost !== null || isGone(error)) return never();
      throw error;
    }
  });
  try {
    return (await run).result;
  } catch (error) {
    if (error instanceof Error && isLostConnection(error)) lost = error;
    throw error;
  }
}

/**
 * Settles never, so that the driver ends nothing by itself: its `begin` rejects when it sees the connection close, which always
 * follows what `isGone` names.
 */
const never = (): Promise<never> => new Promise(() => {});

/** Whether the connection is gone or about to be. One that we ended ourselves is not meant: the driver refuses to use it again. */
function isGone(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return error.severity === 'FATAL' || error.severity === 'PANIC';
  const isOurs = error instanceof Error && 'code' in error && OURS.has(error.code);
  return isLostConnection(error) && !isOurs;
}
const OURS: ReadonlySet<unknown> = new Set(['CONNECTION_ENDED', 'CONNECTION_DESTROYED']);

/** The transaction, of which nothing can be asked once its connection is lost. */
function refuseWhen(tx: Transaction, lostBy: () => Error | null): Transaction {
  const check = () => {
    const lost = lostBy();
    if (lost !== null) throw lost;
  };
  return new Proxy(tx, {
    apply(target, self, args): unknown {
      check();
      return Reflect.apply(target, self, args);
    },
    get(target, name): unknown {
      check();
      return Reflect.get(target, name);
    },
  });
}
