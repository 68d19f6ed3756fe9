import { useEffect, useMemo, useState } from 'preact/hooks';
import type { PerformanceView, ZoneView } from '../../contracts/catalogue.ts';
import { stateOf, type LiveStates, type Seat, type SeatPlan } from './seat-states.ts';
import {
  countOf,
  dropTaken,
  limitOf,
  linesOf,
  NOTHING_SELECTED,
  setPlaces,
  toggleSeat,
  type Selection,
  type SelectionLine,
} from './selection.ts';

export type Choosing = {
  selection: Selection;
  lines: readonly SelectionLine[];
  count: number;
  limit: number;
  isFull: boolean;
  /** Seats that others took while they were chosen here. */
  taken: readonly string[];
  toggle: (seat: Seat) => void;
  setQuantity: (zone: ZoneView, quantity: number) => void;
  /** Puts seats back that a hold was refused for. */
  lose: (seatIds: readonly string[]) => void;
  clear: () => void;
};

/**
 * What the visitor chooses, following what others take. `isOurs`: a hold is asked for or runs, so taken seats may be our own.
 */
export function useSelection(
  performance: PerformanceView,
  plan: SeatPlan,
  live: LiveStates | null,
  isOurs: boolean,
): Choosing {
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const [taken, setTaken] = useState<readonly string[]>([]);
  const { zones, holdLimit } = performance;
  const limit = limitOf(holdLimit);
  const count = countOf(selection);
  const lines = useMemo(() => linesOf(selection, plan, zones), [selection, plan, zones]);

  useEffect(() => {
    if (live === null || isOurs) return;
    const left = dropTaken(selection, plan, live);
    if (left.taken.length === 0) return;
    setSelection(left.selection);
    setTaken(left.taken.map((seat) => seat.id));
  }, [live, selection, plan, isOurs]);

  return {
    selection,
    lines,
    count,
    limit,
    isFull: count >= limit,
    taken,
    toggle(seat) {
      if (stateOf(live, seat) !== 0 && !selection.seats.includes(seat.id)) return;
      setTaken([]);
      setSelection(toggleSeat(selection, seat.id, limit));
    },
    setQuantity(zone, quantity) {
      setSelection(setPlaces(selection, zone.id, quantity, live?.available.get(zone.id) ?? zone.available, limit));
    },
    lose(seatIds) {
      setTaken(seatIds);
      setSelection((last) => ({ ...last, seats: last.seats.filter((id) => !seatIds.includes(id)) }));
    },
    clear: () => setSelection(NOTHING_SELECTED),
  };
}
