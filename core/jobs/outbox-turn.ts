import {
  failOutbox,
  finishOutbox,
  forgetOutbox,
  takeOutbox,
  type FailedWork,
  type OutboxRow,
} from '../../db/queries/outbox.ts';
import type { CoreDeps } from '../deps.ts';
import { retryLater } from './retry-later.ts';

/** Does the work of some rows and notes for each how it ended; rejects never. */
export type Report = (rows: readonly OutboxRow[], work: () => Promise<void>) => Promise<void>;

/**
 * Takes due outbox rows, has them worked on, and marks all at once: done, put off or laid aside. Each is delivered at least once: a
 * process that dies in between leaves them due again. Returns how many it took.
 */
export async function takeOutboxTurn(
  deps: Pick<CoreDeps, 'sql' | 'log'>,
  taking: Parameters<typeof takeOutbox>[1],
  deliver: (rows: readonly OutboxRow[], report: Report) => Promise<void>,
): Promise<number> {
  const rows = await takeOutbox(deps.sql, taking);
  if (rows.length === 0) return 0;
  const done: OutboxRow[] = [];
  const failed: FailedWork[] = [];
  await deliver(rows, async (own, work) => {
    try {
      await work();
      done.push(...own);
    } catch (error) {
      for (const row of own) failed.push(putOff(deps, row, error));
    }
  });
  // What the inventory was told is in the booking's history; what was asked of the provider stays to be looked at.
  const told = done.filter((row) => row.kind === 'inventory.apply').map((row) => row.id);
  const asked = done.filter((row) => row.kind !== 'inventory.apply').map((row) => row.id);
  await Promise.all([
    told.length > 0 ? forgetOutbox(deps.sql, told) : undefined,
    asked.length > 0 ? finishOutbox(deps.sql, asked) : undefined,
    failed.length > 0 ? failOutbox(deps.sql, failed) : undefined,
  ]);
  return rows.length;
}

function putOff({ log }: Pick<CoreDeps, 'log'>, { id, kind, attempts }: OutboxRow, error: unknown): FailedWork {
  const failure = retryLater(error, attempts);
  log.warn({ err: error, id, kind, attempts, dead: failure.retryInMs === null }, 'outbox row not delivered');
  return { id, ...failure };
}
