import { useMemo } from 'preact/hooks';
import type { BookingView } from '../../contracts/bookings.ts';
import type { PerformanceView, SeatMap } from '../../contracts/catalogue.ts';
import { formatDateTime } from '../shared/format.ts';
import { useLoad } from '../shared/use-load.ts';
import { HeldItems } from './held-items.tsx';
import { createSeatPlan } from './seat-states.ts';

/** A booking's places with the names of their rows and zones, as soon as the catalogue tells them. */
export function BookingItems({ booking }: { booking: BookingView }) {
  const base = `/api/core/v1/performances/${encodeURIComponent(booking.performanceId)}`;
  const performance = useLoad<PerformanceView>(base).loaded;
  const map = useLoad<SeatMap>(`${base}/seat-map`).loaded;
  const seatMap = map.state === 'ready' ? map.data : null;
  const plan = useMemo(() => (seatMap === null ? null : createSeatPlan(seatMap)), [seatMap]);
  const about = performance.state === 'ready' ? performance.data : null;
  const stopName = (code: string) => about?.stops?.find((stop) => stop.code === code)?.name ?? code;
  return (
    <>
      {about !== null && (
        <p>
          <time dateTime={about.startsAt}>{formatDateTime(about.startsAt, about.timeZone)}</time>
          {booking.legs !== undefined && ` · ${stopName(booking.legs.from)} → ${stopName(booking.legs.to)}`}
        </p>
      )}
      <HeldItems
        items={booking.items}
        plan={plan}
        zones={about?.zones ?? []}
        rowWord={about?.stops === undefined ? 'Row' : 'Coach'}
        currency={booking.total.currency}
      />
    </>
  );
}
