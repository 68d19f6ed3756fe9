import type { Transferred, TransferRequest } from '../../contracts/entry-tickets.ts';
import type { Transaction } from '../../db/connect.ts';
import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { readCheckIn } from '../../db/queries/check-ins.ts';
import { putTransfer } from '../../db/queries/notifications.ts';
import { lockOwnedTicket, replaceTicket } from '../../db/queries/transfer-tickets.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import { newTicketToken } from '../bookings/secrets.ts';

/**
 * Gives a ticket to somebody else inside the caller's transaction: it is revoked, and a new one, with an id, a code and a token of its
 * own, takes its place; its new holder and who gave it are told. Of two at once one wins. Refuses: `entry_ticket_not_transferable` with
 * `reason` (`cancelled`, `transferred`, `checked_in`).
 */
export async function transferTicket(
  tx: Transaction,
  { ticketId, bookingId }: { ticketId: string; bookingId: string },
  { to }: TransferRequest,
): Promise<Transferred> {
  const booking = await lockBooking(tx, bookingId, { zones: false });
  const ticket = await lockOwnedTicket(tx, ticketId);
  if (booking === null || ticket === null) throw new OperatingError('not_found');
  if (ticket.isTransferred) throw refused('transferred');
  if (ticket.isRevoked || booking.status !== 'confirmed') throw refused('cancelled');
  if ((await readCheckIn(tx, ticketId)) !== null) throw refused('checked_in');
  const [replacementId, token] = [newId(), newTicketToken()];
  const holder = { ...to, emailNormalised: normaliseEmail(to.email), accessTokenHash: token.hash };
  await replaceTicket(tx, ticket, replacementId, { holder, isReturn: false });
  const from = ticket.holderEmail ?? booking.buyerEmail;
  const isMailed = await putTransfer(
    tx,
    { entryTicketId: replacementId, to: to.email, from },
    { to: 'transferred', from: 'given' },
  );
  // Without the new holder's name: the history is the booking's, and outlives their wish to be forgotten.
  const details = { ticketId, newTicketId: replacementId };
  await addHistory(tx, booking, { actor: 'buyer', action: 'ticket_transferred', details });
  return { ticketId: replacementId, to: { name: to.name }, ...(isMailed ? {} : { accessToken: token.secret }) };
}

const refused = (reason: 'cancelled' | 'transferred' | 'checked_in'): OperatingError =>
  new OperatingError('entry_ticket_not_transferable', { extra: { reason } });
