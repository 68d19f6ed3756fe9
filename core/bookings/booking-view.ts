import type { BookingView } from '../../contracts/bookings.ts';
import type { WholeBooking } from '../../db/queries/bookings.ts';
import { isoTime } from '../../platform/clock.ts';
import { legCodes, type Performance } from '../catalogue/performance.ts';

/** A booking as its owner sees it; times are Postgres's. */
export function toBookingView(booking: WholeBooking, performance: Pick<Performance, 'stops'> | null): BookingView {
  const legs = performance === null ? undefined : legCodes(performance, [booking.fromLeg, booking.toLeg]);
  return {
    bookingId: booking.id,
    performanceId: booking.performanceId,
    status: booking.status,
    items: booking.items.map(({ zoneId, seatId, quantity, priceMinor }) => ({
      zoneId,
      ...(seatId === null ? {} : { seatId }),
      quantity,
      priceMinor,
    })),
    ...(legs === undefined ? {} : { legs }),
    buyer: { name: booking.buyerName, email: booking.buyerEmail },
    ...(booking.status === 'pending_payment' ? { payBy: isoTime(booking.payBy.getTime()) } : {}),
    payments: booking.payments.map(({ id, status, amountMinor }) => ({ paymentId: id, status, amountMinor })),
    total: { amountMinor: booking.totalMinor, currency: booking.currency },
    now: isoTime(booking.now.getTime()),
  };
}
