import type { CoreDeps } from '../deps.ts';
import { applyInventory } from './apply-inventory.ts';
import type { OwnWork } from '../commits/own-work.ts';
import { takeOutboxTurn, workOff } from './outbox-turn.ts';
import { runBatch } from './run-batch.ts';
import { settlePayment } from './settle-payment.ts';

/** Rows of the inventory's work that one turn takes at most: those that are due, and those that this process has just written. */
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
export const runInventoryOutbox = (deps: OutboxDeps): Promise<number> =>
  takeOutboxTurn(deps, INVENTORY, (rows, report) => applyInventory(deps, rows, report));

/** The same for the rows that this process has just written, which nobody else takes yet. */
export const runOwnInventory = (deps: OutboxDeps, ownWork: OwnWork): Promise<number> =>
  workOff(deps, ownWork.take(OWN_TURN), (rows, report) => applyInventory(deps, rows, report));

/** The same for refunds and cancellations at the provider: turns of their own, so that a slow provider delays no seat. */
export const runPaymentOutbox = (deps: OutboxDeps): Promise<number> =>
  takeOutboxTurn(deps, PAYMENTS, (rows, report) =>
    runBatch(rows, (row) => report([row], () => settlePayment(deps, row))),
  );
