import type { BookingView } from '../../contracts/bookings.ts';
import { formatDateTime } from '../shared/format.ts';
import { HeldItems } from './held-items.tsx';
import type { Places } from './use-places.ts';

/** What was booked, where and when. */
export function BookingItems({ booking, places }: { booking: BookingView; places: Places }) {
  const { performance, event, plan, rowWord } = places;
  const stopName = (code: string) => performance?.stops?.find((stop) => stop.code === code)?.name ?? code;
  return (
    <>
      {performance !== null && (
        <p>
          {event !== null && <strong>{event.name} · </strong>}
          <time dateTime={performance.startsAt}>{formatDateTime(performance.startsAt, performance.timeZone)}</time>
          {booking.legs !== undefined && ` · ${stopName(booking.legs.from)} → ${stopName(booking.legs.to)}`}
        </p>
      )}
      <HeldItems
        items={booking.items}
        plan={plan}
        zones={performance?.zones ?? []}
        rowWord={rowWord}
        currency={booking.total.currency}
      />
    </>
  );
}
