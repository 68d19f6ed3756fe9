import { readBooking, type WholeBooking } from '../../db/queries/bookings.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { findAccount } from '../accounts/find-account.ts';
import type { CoreDeps } from '../deps.ts';
import { readBearer } from '../http/credentials.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { fitsHash } from './secrets.ts';

const TOKEN = /^bk_[A-Za-z0-9_-]{43}$/;

/** Whether a bearer is a booking's token by its looks. */
export const isBookingToken = (token: string): boolean => TOKEN.test(token);

/**
 * The booking that the caller's token opens: the booking's own, that of a link in one of our messages, or one of the account
 * that it belongs to. Anything else, a booking of others included, is `not_found`, and what can't be a booking's id or token costs no
 * query.
 */
export async function openBooking(
  deps: Pick<CoreDeps, 'sql' | 'keys' | 'clock'>,
  id: string,
  headers: Headers,
): Promise<{ booking: WholeBooking; token: string }> {
  const token = readBearer(headers);
  if (token === null || !isId(id)) throw new OperatingError('not_found');
  if (TOKEN.test(token)) {
    const isItsOwn = (row: WholeBooking) =>
      fitsHash(token, row.accessTokenHash) || deps.keys.bookingLinks.opens(row, token);
    return { booking: await find(deps, id, isItsOwn), token };
  }
  const account = await findAccount(deps, token);
  if (account === null) throw new OperatingError('not_found');
  return { booking: await find(deps, id, (row) => row.emailNormalised === account.email), token };
}

async function find(
  deps: Pick<CoreDeps, 'sql'>,
  id: string,
  isOwn: (booking: WholeBooking) => boolean,
): Promise<WholeBooking> {
  const booking = await withinDeadline(deps.sql, () => readBooking(deps.sql, id));
  if (booking === null || !isOwn(booking)) throw new OperatingError('not_found');
  return booking;
}
