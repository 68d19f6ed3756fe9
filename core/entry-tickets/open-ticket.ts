import { readBooking, type WholeBooking } from '../../db/queries/bookings.ts';
import { readOwnedTicket, type OwnedTicket } from '../../db/queries/transfer-tickets.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { isAccountCredential } from '../accounts/find-account.ts';
import { isBookingToken, openBooking } from '../bookings/open-booking.ts';
import { fitsHash } from '../bookings/secrets.ts';
import type { CoreDeps } from '../deps.ts';
import { readBearer } from '../http/credentials.ts';
import { withinDeadline } from '../http/store-failure.ts';

const TOKEN = /^et_[A-Za-z0-9_-]{43}$/;

/**
 * The ticket that the caller's token opens: its own token (as answered, or of the link in a mail), or what opens its booking as long as it
 * was given to nobody. Anything else, a ticket of others included, is `not_found`, and what can't be an id or a token costs no query.
 */
export async function openEntryTicket(
  deps: Pick<CoreDeps, 'sql' | 'keys' | 'clock'>,
  id: string,
  headers: Headers,
): Promise<{ ticket: OwnedTicket; booking: WholeBooking; token: string }> {
  const token = readBearer(headers) ?? '';
  const isOwn = TOKEN.test(token);
  if (!isId(id) || !(isOwn || isBookingToken(token) || isAccountCredential(deps, token)))
    throw new OperatingError('not_found');
  const ticket = await withinDeadline(deps.sql, () => readOwnedTicket(deps.sql, id));
  if (ticket === null) throw new OperatingError('not_found');
  if (!isOwn && ticket.accessTokenHash === null)
    return { ticket, ...(await openBooking(deps, ticket.bookingId, headers)) };
  const { accessTokenHash } = ticket;
  if (!isOwn || accessTokenHash === null) throw new OperatingError('not_found');
  const isTheirs = fitsHash(token, accessTokenHash) || deps.keys.ticketLinks.opens({ id, accessTokenHash }, token);
  if (!isTheirs) throw new OperatingError('not_found');
  const booking = await withinDeadline(deps.sql, () => readBooking(deps.sql, ticket.bookingId));
  if (booking === null) throw new OperatingError('not_found');
  return { ticket, booking, token };
}
