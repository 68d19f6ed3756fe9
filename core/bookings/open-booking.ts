import { readBooking, type WholeBooking } from '../../db/queries/bookings.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import { readBearer } from '../http/credentials.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { fitsHash } from './secrets.ts';

const TOKEN = /^bk_[A-Za-z0-9_-]{43}$/;

/**
 * The booking that the caller's token opens. Anything else, a booking of others included, is `not_found`, and what can't be a
 * booking's id or token costs no query.
 */
export async function openBooking(
  deps: Pick<CoreDeps, 'sql'>,
  id: string,
  headers: Headers,
): Promise<{ booking: WholeBooking; token: string }> {
  const token = readBearer(headers);
  if (token === null || !TOKEN.test(token) || !isId(id)) throw new OperatingError('not_found');
  const booking = await withinDeadline(deps.sql, () => readBooking(deps.sql, id));
  if (booking === null || !fitsHash(token, booking.accessTokenHash)) throw new OperatingError('not_found');
  return { booking, token };
}
