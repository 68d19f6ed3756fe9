import { failInbox, finishInbox, takeInbox, type InboxRow } from '../../db/queries/webhook-inbox.ts';
import type { CoreDeps } from '../deps.ts';
import { applyEvent } from '../payments/apply-event.ts';
import type { PaymentProvider, ProviderEvent } from '../payments/provider.ts';
import { retryLater } from './retry-later.ts';
import { runBatch } from './run-batch.ts';

/** Rows a turn, and how long one process may hold them, seconds. */
const BATCH = 200;
const LEASE_SECONDS = 30;

export type InboxDeps = Pick<CoreDeps, 'sql' | 'commits' | 'payments' | 'log' | 'wake'>;
type Read = { row: InboxRow; provider: PaymentProvider; event: ProviderEvent };

/**
 * Works off due webhook events; returns how many it took. Payments that confirm are applied together, the rest a few at a time.
 * Applying is safe to repeat, so a crash in between costs nothing.
 */
export async function runInbox(deps: InboxDeps): Promise<number> {
  const rows = await takeInbox(deps.sql, BATCH, LEASE_SECONDS);
  const done: InboxRow[] = [];
  const others: Read[] = [];
  /** Runs the work of one row; what fails is put off, or laid aside. */
  const attempt = (row: InboxRow, work: () => Promise<boolean>): Promise<void> =>
    work().then(
      (isDone) => void (isDone && done.push(row)),
      (error: unknown) => putOff(deps, row, error),
    );
  await Promise.all(
    rows.map((row) =>
      attempt(row, async () => {
        const provider = providerOf(deps, row);
        const event = provider.readEvent(row.payload);
        if (event.kind === 'captured' && (await deps.commits.confirmations.confirm(event.capture))) return true;
        others.push({ row, provider, event });
        return false;
      }),
    ),
  );
  await runBatch(others, ({ row, provider, event }) =>
    attempt(row, async () => {
      await applyEvent(deps, provider, event);
      return true;
    }),
  );
  if (done.length > 0) await finishInbox(deps.sql, done);
  if (rows.length > 0) deps.wake('outbox');
  return rows.length;
}

function providerOf(deps: InboxDeps, row: InboxRow): PaymentProvider {
  const provider = deps.payments.byName(row.provider);
  if (provider === undefined) throw new TypeError(`there is no provider ${row.provider}`);
  return provider;
}

async function putOff(deps: InboxDeps, row: InboxRow, error: unknown): Promise<void> {
  const failure = retryLater(error, row.attempts);
  deps.log.warn(
    { err: error, eventId: row.eventId, attempts: row.attempts, dead: failure.retryInMs === null },
    'webhook event not applied',
  );
  await failInbox(deps.sql, row, failure);
}
