import type { BookingView } from '../../contracts/bookings.ts';
import { Notice } from '../shared/notice.tsx';

/** What the booking's state means for its owner, in one place and in plain words. */
export function BookingStatusNotice({ booking, isSlow }: { booking: BookingView; isSlow: boolean }) {
  switch (booking.status) {
    case 'confirmed':
      return <Notice kind="good">Paid and confirmed. Here are your tickets.</Notice>;
    case 'cancelled':
      return (
        <Notice kind="info">
          This booking is cancelled.{' '}
          {booking.payments.some((payment) => payment.status === 'captured')
            ? 'The money is being paid back.'
            : 'Nothing was charged.'}
        </Notice>
      );
    case 'refunded':
      return <Notice kind="info">This booking was cancelled and the money paid back.</Notice>;
    case 'expired':
      return <Notice kind="error">No payment came in time, so the seats were given back. You were not charged.</Notice>;
    case 'pending_payment':
      return <Pending booking={booking} isSlow={isSlow} />;
  }
}

function Pending({ booking, isSlow }: { booking: BookingView; isSlow: boolean }) {
  if (
    booking.payments.some((payment) => payment.status === 'failed') &&
    !booking.payments.some((payment) => payment.status === 'open')
  ) {
    return <Notice kind="warning">The payment did not go through. Your seats are still kept: please try again.</Notice>;
  }
  return (
    <Notice kind="info">
      {isSlow
        ? 'The payment has not been confirmed yet. If you have paid, it will appear here by itself; you can close this page, too.'
        : 'Waiting for the payment to be confirmed…'}
    </Notice>
  );
}
