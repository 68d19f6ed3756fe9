import type { TakenBack } from '../../contracts/entry-tickets.ts';
import type { Transaction } from '../../db/connect.ts';
import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { readCheckIn } from '../../db/queries/check-ins.ts';
import { putTransfer } from '../../db/queries/notifications.ts';
import { lockOwnedTicket, lockReplacement, replaceTicket } from '../../db/queries/transfer-tickets.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import { newTicketToken } from '../bookings/secrets.ts';

/**
 * Takes a ticket back for who gave it away, inside the caller's transaction: the given one is revoked, and a new one is theirs; both are
 * told. `ticketId` is the ticket they had. Possible for a day after it was given and until the performance begins, while its holder has
 * neither come in with it nor given it on. Refuses: `entry_ticket_not_returnable` with `reason` (`not_given`, `taken_back`, `given_on`,
 * `cancelled`, `checked_in`, `too_late`).
 */
export async function takeBackTicket(
  tx: Transaction,
  { ticketId, bookingId }: { ticketId: string; bookingId: string },
): Promise<TakenBack> {
  const booking = await lockBooking(tx, bookingId, { zones: false });
  const own = await lockOwnedTicket(tx, ticketId);
  if (booking === null || own === null) throw new OperatingError('not_found');
  // Check-ins lock the ticket, too: either somebody is in with it, or it is taken back.
  const given = await lockReplacement(tx, ticketId);
  if (given === null) throw refused(own.isRevoked ? 'cancelled' : 'not_given');
  if (given.isReturn) throw refused('taken_back');
  if (given.isTransferred) throw refused(given.isTakenBack ? 'taken_back' : 'given_on');
  if (given.isRevoked || booking.status !== 'confirmed') throw refused('cancelled');
  if ((await readCheckIn(tx, given.id)) !== null) throw refused('checked_in');
  if (given.isTooLate) throw refused('too_late');
  const [returnedId, token] = [newId(), newTicketToken()];
  const { holderName: name, holderEmail: email } = own;
  const holder =
    name === null || email === null
      ? null
      : { name, email, emailNormalised: normaliseEmail(email), accessTokenHash: token.hash };
  await replaceTicket(tx, given, returnedId, { holder, isReturn: true });
  const told = { entryTicketId: returnedId, to: email ?? booking.buyerEmail, from: given.holderEmail ?? '' };
  const isMailed = await putTransfer(tx, told, { to: 'returned', from: 'taken_back' });
  const details = { ticketId: given.id, newTicketId: returnedId };
  await addHistory(tx, booking, { actor: 'buyer', action: 'ticket_taken_back', details });
  return { ticketId: returnedId, ...(holder === null || isMailed ? {} : { accessToken: token.secret }) };
}

type Reason = 'not_given' | 'taken_back' | 'given_on' | 'cancelled' | 'checked_in' | 'too_late';
const refused = (reason: Reason): OperatingError =>
  new OperatingError('entry_ticket_not_returnable', { extra: { reason } });
