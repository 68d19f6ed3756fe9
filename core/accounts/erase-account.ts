import { deleteAccount, lockAccount, type AccountRow } from '../../db/queries/accounts.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import type { Transaction } from '../../db/connect.ts';
import { eraseBookings, eraseEntries, lockOpenBookings } from '../../db/queries/personal-data.ts';
import { endSignInCode } from '../../db/queries/sign-in-codes.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { cancelBooking } from '../bookings/cancel-booking.ts';
import type { CoreDeps } from '../deps.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { createSignInHashes } from './secrets.ts';
import { addressCaller } from './send-code.ts';

/** Rounds of cancelling what is unpaid: somebody who books on meanwhile is asked to come again. */
const ROUNDS = 3;
/** Bookings that a refusal names at most. */
const NAMED = 20;

/**
 * Erases what is kept of a person: names, addresses and passengers are overwritten, the account, its sessions and its code are deleted;
 * money, places and tickets stay for the books, without a person. Unpaid bookings are cancelled first. Asked again it finds nothing to do.
 * Refuses: `erasure_refused` while a paid booking's performance is yet to come, since its buyer may have to be told of a change.
 */
export async function eraseAccount(deps: CoreDeps, account: AccountRow): Promise<void> {
  const addressHash = createSignInHashes(deps.config.coreSecret).address(account.email);
  const inOne = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
    whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, work, turn));
  for (let round = 0; round < ROUNDS; round += 1) {
    const unpaid = await inOne((tx) => eraseUnlessOpen(tx, account, addressHash));
    if (unpaid === null) return;
    // Each by itself: a transaction that held the zones of several could meet another that took them in another order.
    for (const id of unpaid) await inOne((tx) => cancelUnpaid(tx, deps, id));
    deps.wake('outbox');
  }
  throw refused([]);
}

/** Erases, and returns null; or the unpaid bookings that are to be cancelled before. */
async function eraseUnlessOpen(
  tx: Transaction,
  account: AccountRow,
  addressHash: Uint8Array,
): Promise<string[] | null> {
  if (!(await lockAccount(tx, account.id))) return null;
  const open = await lockOpenBookings(tx, account.email);
  const confirmed = open.filter(({ status }) => status === 'confirmed');
  if (confirmed.length > 0) throw refused(confirmed.map(({ id }) => id));
  if (open.length > 0) return open.map(({ id }) => id);
  const bookings = await eraseBookings(tx, account.email, addressCaller(addressHash));
  await eraseEntries(tx, account.email);
  await endSignInCode(tx, addressHash);
  await deleteAccount(tx, account.id);
  const actor = `account:${account.id}`;
  await insertAudit(tx, {
    id: newId(),
    actor,
    action: 'account.erase',
    subject: actor,
    before: null,
    after: { bookings },
  });
  return null;
}

/** What was paid or ended meanwhile is looked at again by the next round. */
async function cancelUnpaid(tx: Transaction, deps: CoreDeps, id: string): Promise<void> {
  try {
    await cancelBooking(tx, deps, id, 'buyer');
  } catch (error) {
    if (!(error instanceof OperatingError && error.code === 'booking_not_cancellable')) throw error;
  }
}

const refused = (bookings: string[]): OperatingError =>
  new OperatingError('erasure_refused', {
    detail: 'Cancel what is booked for a day to come, or ask again after it.',
    extra: { bookings: bookings.slice(0, NAMED) },
  });
