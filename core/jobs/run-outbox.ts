import { failOutbox, finishOutbox, takeOutbox, type OutboxRow } from '../../db/queries/outbox.ts';
import type { CoreDeps } from '../deps.ts';
import { deliverOutbox } from './deliver-outbox.ts';
import { retryLater } from './retry-later.ts';
import { runBatch } from './run-batch.ts';

/** Rows a turn, and how long one process may hold them, seconds. */
const BATCH = 50;
const LEASE_SECONDS = 30;

export type OutboxDeps = Pick<CoreDeps, 'sql' | 'commits' | 'payments' | 'scripts' | 'catalogue' | 'inventory' | 'log'>;

/** Delivers due outbox rows, each at least once; returns how many it took. */
export async function runOutbox(deps: OutboxDeps): Promise<number> {
  const rows = await takeOutbox(deps.sql, BATCH, LEASE_SECONDS);
  await runBatch(rows, (row) => deliver(deps, row));
  return rows.length;
}

async function deliver(deps: OutboxDeps, row: OutboxRow): Promise<void> {
  try {
    await deliverOutbox(deps, row);
    await finishOutbox(deps.sql, row.id);
  } catch (error) {
    const failure = retryLater(error, row.attempts);
    const { id, kind, attempts } = row;
    deps.log.warn({ err: error, id, kind, attempts, dead: failure.retryInMs === null }, 'outbox row not delivered');
    await failOutbox(deps.sql, id, failure);
  }
}
