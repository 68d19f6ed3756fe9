import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql, Transaction } from '../../db/connect.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { requireWaiting, type Turn } from '../http/while-progressing.ts';
import { isTransient } from '../../db/failure.ts';

/** Runs at most, and the first pause between them, ms (it grows with each). */
const MAX_RUNS = 5;
const PAUSE_MS = 15;

/**
 * Runs a transaction (READ COMMITTED) again after a deadlock, a time-out or a lost connection. For work that may be run twice:
 * it looks at the state under its lock first, so that an unknown commit shows itself. It does not begin for a caller who was
 * refused meanwhile (`turn`): `store_unavailable`.
 */
export async function runTransaction<T>(
  sql: Sql,
  work: (tx: Transaction) => Promise<T>,
  turn: Turn = { isRefused: false },
): Promise<T> {
  for (let run = 1; ; run += 1) {
    try {
      return await inTransaction(sql, async (tx) => {
        requireWaiting(turn);
        return work(tx);
      });
    } catch (error) {
      if (run >= MAX_RUNS || !isTransient(error)) throw error;
      await sleep(PAUSE_MS * run);
    }
  }
}
