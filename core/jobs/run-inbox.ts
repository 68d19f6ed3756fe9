import { failInbox, finishInbox, takeInbox, type InboxRow } from '../../db/queries/webhook-inbox.ts';
import type { CoreDeps } from '../deps.ts';
import { applyEvent } from '../payments/apply-event.ts';
import { retryLater } from './retry-later.ts';
import { runBatch } from './run-batch.ts';

/** Rows a turn, and how long one process may hold them, seconds. */
const BATCH = 50;
const LEASE_SECONDS = 30;

export type InboxDeps = Pick<CoreDeps, 'sql' | 'payments' | 'log' | 'wake'>;

/** Works off due webhook events; returns how many it took. Applying is safe to repeat, so a crash in between costs nothing. */
export async function runInbox(deps: InboxDeps): Promise<number> {
  const rows = await takeInbox(deps.sql, BATCH, LEASE_SECONDS);
  await runBatch(rows, (row) => process(deps, row));
  if (rows.length > 0) deps.wake('outbox');
  return rows.length;
}

async function process(deps: InboxDeps, row: InboxRow): Promise<void> {
  try {
    const provider = deps.payments.byName(row.provider);
    if (provider === undefined) throw new TypeError(`there is no provider ${row.provider}`);
    await applyEvent(deps, provider.readEvent(row.payload));
    await finishInbox(deps.sql, row);
  } catch (error) {
    const failure = retryLater(error, row.attempts);
    deps.log.warn(
      { err: error, eventId: row.eventId, attempts: row.attempts, dead: failure.retryInMs === null },
      'webhook event not applied',
    );
    await failInbox(deps.sql, row, failure);
  }
}
