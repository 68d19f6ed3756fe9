import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ZoneView } from '../../contracts/catalogue.ts';
import { boxOf, seatRadiusOf } from './map-viewport.ts';
import { createMapView, type MapView } from './map-view.ts';
import type { LiveStates, Seat, SeatPlan } from './seat-states.ts';

export type SeatMapProps = {
  plan: SeatPlan;
  live: LiveStates | null;
  zones: readonly ZoneView[];
  selected: readonly string[];
  taken: readonly string[];
  /** The zone to look at; null for the whole map. */
  zoneId: string | null;
  describe: (seat: Seat) => string;
  onToggle: (seat: Seat) => void;
};

/** The seat map on a canvas: thousands of seats stay fluid. What it shows and does, the seat list does for keyboards and ears. */
export function SeatMapCanvas(props: SeatMapProps) {
  const { plan, live, zones, selected, taken, zoneId, describe, onToggle } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<MapView | null>(null);
  const [hint, setHint] = useState('');
  const seatRadius = useMemo(() => seatRadiusOf([...plan.rows.values()].flat().map((row) => row.seats)), [plan]);
  const act = useRef({ describe, onToggle });
  act.current = { describe, onToggle };

  useEffect(() => {
    if (canvas.current === null) return undefined;
    const mapView = createMapView(canvas.current, plan.seats, seatRadius, {
      pick: (seat) => act.current.onToggle(seat),
      point: (seat) => setHint(seat === null ? '' : act.current.describe(seat)),
    });
    view.current = mapView;
    return () => mapView.stop();
  }, [plan, seatRadius]);
  useEffect(() => {
    view.current?.show({ plan, live, zones, selected: new Set(selected), taken: new Set(taken), seatRadius });
  }, [plan, live, zones, selected, taken, seatRadius]);
  useEffect(() => {
    const seats = zoneId === null ? plan.seats : plan.seats.filter((seat) => seat.zoneId === zoneId);
    view.current?.lookAt(boxOf(seats));
  }, [plan, zoneId]);

  return (
    <div class="seat-map">
      <div class="map-buttons">
        <button type="button" class="button" aria-label="Zoom in" onClick={() => view.current?.zoom(1.6)}>
          +
        </button>
        <button type="button" class="button" aria-label="Zoom out" onClick={() => view.current?.zoom(1 / 1.6)}>
          −
        </button>
        <button type="button" class="button" onClick={() => view.current?.lookAt(boxOf(plan.seats))}>
          Whole map
        </button>
      </div>
      <canvas
        ref={canvas}
        class="seat-canvas"
        role="img"
        aria-label="Seat map. The same seats can be chosen in the list of seats."
      />
      <p class="map-hint" aria-hidden="true">
        {hint === '' ? 'Drag to move, pinch or + to zoom, tap a seat to choose it.' : hint}
      </p>
    </div>
  );
}
