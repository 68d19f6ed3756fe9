import type { Berth, SeatMapSeat } from '../../contracts/catalogue.ts';

/** A kind of sleeping coach: the compartments from its one end to its other, each the list of its berths. */
export type CoachKind = { class: '1A' | '2A' | '3A'; compartments: Berth[][] };

const bays = (count: number, berths: Berth[]): Berth[][] => Array.from({ length: count }, () => berths);
const CABIN: Berth[] = ['lower', 'upper', 'lower', 'upper'];
const COUPE: Berth[] = ['lower', 'upper'];

/** AC First Class: 24 berths in cabins for four and coupés for two. Which compartment lies where is made. */
export const FIRST_CLASS: CoachKind = { class: '1A', compartments: [CABIN, CABIN, COUPE, CABIN, CABIN, COUPE, CABIN] };
/** AC 2 Tier: 54 berths in nine bays. */
export const TWO_TIER: CoachKind = { class: '2A', compartments: bays(9, [...CABIN, 'side-lower', 'side-upper']) };
/** AC 3 Tier: 72 berths in nine bays. */
export const THREE_TIER: CoachKind = {
  class: '3A',
  compartments: bays(9, ['lower', 'middle', 'upper', 'lower', 'middle', 'upper', 'side-lower', 'side-upper']),
};

/** The letters printed behind a berth's number on a ticket. */
const BERTH_CODE: Record<Berth, string> = {
  lower: 'LB',
  middle: 'MB',
  upper: 'UB',
  'side-lower': 'SL',
  'side-upper': 'SU',
};

// One above the other in the coach is drawn one behind the other; the side berths lie beyond the aisle.
const BERTH_Y: Record<Berth, number> = { upper: 0, middle: 14, lower: 28, 'side-lower': 58, 'side-upper': 58 };
const COMPARTMENT_WIDTH = 60;
const COLUMN_WIDTH = 22;

/** Every berth of a coach in the order of its numbers, grouped by compartment; `top` is the coach's place on the drawing. */
export function layOutCoach(kind: CoachKind, coach: string, top: number): SeatMapSeat[][] {
  let number = 0;
  return kind.compartments.map((berths, compartment) => {
    const seats: SeatMapSeat[] = [];
    for (const berth of berths) {
      number += 1;
      const taken = seats.some((seat) => seat.berth === berth);
      const column = berth === 'side-upper' || taken ? 1 : 0;
      seats.push({
        id: `${coach.toLowerCase()}-${number}`,
        name: `${number} ${BERTH_CODE[berth]}`,
        x: compartment * COMPARTMENT_WIDTH + column * COLUMN_WIDTH,
        y: top + BERTH_Y[berth],
        berth,
      });
    }
    return seats;
  });
}
