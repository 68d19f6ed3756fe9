import { useMemo } from 'preact/hooks';
import type { EventView, PerformanceView, SeatMap } from '../../contracts/catalogue.ts';
import { useLoad } from '../shared/use-load.ts';
import { createSeatPlan, type SeatPlan } from './seat-states.ts';

/** What a booking's ids are called; null until (or where) the catalogue tells it. */
export type Places = {
  performance: PerformanceView | null;
  event: EventView | null;
  plan: SeatPlan | null;
  rowWord: string;
  nameOf: (zoneId: string, seatId: string | null) => { zone: string; seat: string | null };
};

/** Reads the names behind a booking's ids. Pages show ids meanwhile: a ticket is good without them. */
export function usePlaces(performanceId: string | null): Places {
  const base = performanceId === null ? null : `/api/core/v1/performances/${encodeURIComponent(performanceId)}`;
  const performance = useLoad<PerformanceView>(base).loaded;
  const map = useLoad<SeatMap>(base === null ? null : `${base}/seat-map`).loaded;
  const known = performance.state === 'ready' ? performance.data : null;
  const event = useLoad<EventView>(
    known === null ? null : `/api/core/v1/events/${encodeURIComponent(known.eventId)}`,
  ).loaded;
  const seatMap = map.state === 'ready' ? map.data : null;
  const plan = useMemo(() => (seatMap === null ? null : createSeatPlan(seatMap)), [seatMap]);
  const rowWord = known?.stops === undefined ? 'Row' : 'Coach';
  return {
    performance: known,
    event: event.state === 'ready' ? event.data : null,
    plan,
    rowWord,
    nameOf(zoneId, seatId) {
      const zone = known?.zones.find(({ id }) => id === zoneId)?.name ?? zoneId;
      const seat = seatId === null ? undefined : plan?.byId.get(seatId);
      return { zone, seat: seat === undefined ? seatId : `${rowWord} ${seat.row}, seat ${seat.name}` };
    },
  };
}
