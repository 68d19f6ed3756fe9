import type { CoreDeps } from '../deps.ts';
import { applyInventory } from './apply-inventory.ts';
import type { OwnWork } from '../commits/own-work.ts';
import { forgetOwnWork, takeOverOwnWork } from '../../db/queries/own-work.ts';
import type { PlacedBooking } from '../../db/queries/read-claims.ts';
import { takeOutboxTurn } from './outbox-turn.ts';
import { runBatch } from './run-batch.ts';
import { settlePayment } from './settle-payment.ts';

/** Bookings that one turn tells the inventory of: at most, of rows that are due; and about so many of this process's own. */
export const [INVENTORY_TURN, OWN_TURN] = [200, 2000];
/** How long one process may hold rows, seconds. */
const LEASE_SECONDS = 30;
/** Bookings brought into Redis in a turn: some milliseconds of its time. */
const INVENTORY = { kinds: ['inventory.apply'], limit: INVENTORY_TURN, leaseSeconds: LEASE_SECONDS } as const;
/** Calls of the provider in a turn: a few at a time, each within its time-out, they end well before the lease. */
const PAYMENTS = { kinds: ['payment.refund', 'payment.cancel'], limit: 20, leaseSeconds: LEASE_SECONDS } as const;

export type OutboxDeps = Pick<
  CoreDeps,
  'sql' | 'commits' | 'payments' | 'scripts' | 'catalogue' | 'inventory' | 'log' | 'config'
>;

/** Brings booked, sold and freed places into Redis, each at least once; returns how many rows it took. */
export async function runInventoryOutbox(deps: OutboxDeps): Promise<number> {
  await takeOverOwnWork(deps.sql);
  return takeOutboxTurn(deps, INVENTORY, (rows, report) => applyInventory(deps, rows, report));
}

/** The same for bookings that this process has just written, whose batches nobody else takes yet; what fails is left to those who will. */
export async function runOwnInventory(deps: OutboxDeps, ownWork: OwnWork): Promise<number> {
  const batches = ownWork.take(OWN_TURN);
  const rows = batches.flatMap(({ id, bookings }) => bookings.map((placed) => toOwnRow(id, placed)));
  const failed = new Set<string>();
  await applyInventory(deps, rows, async (own, work) => {
    try {
      await work();
    } catch (error) {
      deps.log.warn({ err: error, bookings: own.length }, 'own bookings not brought into the inventory');
      for (const { id } of own) failed.add(id);
    }
  });
  const told = batches.flatMap(({ id }) => (failed.has(id) ? [] : [id]));
  if (told.length > 0) await forgetOwnWork(deps.sql, told);
  return rows.length;
}

/** Own work as `applyInventory` takes it: rows of a batch have its id. */
const toOwnRow = (id: string, placed: PlacedBooking) => ({
  id,
  bookingId: placed.id,
  version: placed.version,
  kind: 'inventory.apply' as const,
  payload: {},
  attempts: 1,
  placed,
});

/** The same for refunds and cancellations at the provider: turns of their own, so that a slow provider delays no seat. */
export const runPaymentOutbox = (deps: OutboxDeps): Promise<number> =>
  takeOutboxTurn(deps, PAYMENTS, (rows, report) =>
    runBatch(rows, (row) => report([row], () => settlePayment(deps, row))),
  );
