import type { AccountBooking } from '../../contracts/accounts.ts';
import type { BookingStatus } from '../../contracts/bookings.ts';
import { formatCount, formatDateTime, formatMoney } from '../shared/format.ts';
import { LoadError, Loading } from '../shared/notice.tsx';
import { useFocusOnNew, usePages } from '../shared/use-pages.ts';
import { followLink } from './follow-link.ts';
import { writeAddress, type ViewAddress } from './view-address.ts';

const STATUS: Record<BookingStatus, string> = {
  pending_payment: 'Waiting for payment',
  confirmed: 'Confirmed',
  expired: 'Not paid in time',
  cancelled: 'Cancelled',
  refunded: 'Paid back',
};

/** The bookings of who is signed in, the newest first, a page at a time. */
export function OwnBookings({ onShow }: { onShow: (address: ViewAddress) => void }) {
  const { items, newFrom, hasMore, problem, isBusy, load } = usePages<AccountBooking>(
    '/api/core/v1/accounts/me/bookings',
  );
  const list = useFocusOnNew(newFrom);
  const isEmpty = items.length === 0;
  return (
    <section class="stack" aria-labelledby="bookings-title">
      <h2 id="bookings-title">Bookings</h2>
      {isEmpty && isBusy && <Loading what="your bookings" />}
      {isEmpty && !isBusy && problem === null && (
        <p>There are none yet. Those you make with this address appear here.</p>
      )}
      <p class="visually-hidden" role="status">
        {newFrom === 0
          ? ''
          : `${formatCount(items.length - newFrom)} more, ${formatCount(items.length)} bookings shown`}
      </p>
      <ul class="own-bookings" ref={list}>
        {items.map((booking) => (
          <Line key={booking.bookingId} booking={booking} onShow={onShow} />
        ))}
      </ul>
      {problem !== null && <LoadError problem={problem} onRetry={load} />}
      {problem === null && hasMore && (
        <div class="button-row">
          <button type="button" class="button" onClick={load}>
            More bookings
          </button>
        </div>
      )}
    </section>
  );
}

function Line({ booking, onShow }: { booking: AccountBooking; onShow: (address: ViewAddress) => void }) {
  const address: ViewAddress = { view: 'booking', bookingId: booking.bookingId };
  const { places, total } = booking;
  return (
    <li class="card own-booking">
      <div>
        <h3>
          <a href={writeAddress(address)} onClick={(event) => followLink(event, () => onShow(address))}>
            {booking.eventName}
          </a>
        </h3>
        <p>
          <time dateTime={booking.startsAt}>{formatDateTime(booking.startsAt, booking.timeZone)}</time>
        </p>
        <p class="quiet">
          {places === 1 ? '1 place' : `${formatCount(places)} places`} ·{' '}
          {formatMoney(total.amountMinor, total.currency)}
        </p>
      </div>
      <p class={`own-booking-status own-booking-${booking.status}`}>{STATUS[booking.status]}</p>
    </li>
  );
}
