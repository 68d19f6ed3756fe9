import { SEAT_FREE } from '../../contracts/catalogue.ts';
import type { AvailabilityAnswer, HoldWish, PerformanceAnswer, SeatMapAnswer } from './calls.ts';
import type { SeededRandom } from './seeded-random.ts';

export type Offer = { performance: PerformanceAnswer; seatMap: SeatMapAnswer; availability: AvailabilityAnswer };
export type Wish = { party: number; wants: 'seats' | 'standing' };

/**
 * What somebody with this wish tries to hold: seats side by side in one row of a zone taken by chance, or places to stand; the
 * other kind where theirs is gone; seats apart when no row has enough. Null: nothing is left for so many. Pure but for `random`.
 */
export function choosePlaces(offer: Offer, { party, wants }: Wish, random: SeededRandom): HoldWish | null {
  const count = Math.min(party, offer.performance.holdLimit ?? party);
  const seats = (): HoldWish | null => chooseSeats(offer, count, random);
  const standing = (): HoldWish | null => chooseStanding(offer, count, random);
  return wants === 'seats' ? (seats() ?? standing()) : (standing() ?? seats());
}

/** Whether any place at all is free for sale. */
export const nothingIsFree = ({ availability }: Offer): boolean =>
  availability.zones.every((zone) => zone.available <= 0);

type FreeRow = { zoneId: string; runs: string[][] };

function chooseSeats(offer: Offer, count: number, random: SeededRandom): HoldWish | null {
  const rows = freeRows(offer);
  const fitting = rows.flatMap(({ zoneId, runs }) =>
    runs.filter((run) => run.length >= count).map((run) => ({ zoneId, run })),
  );
  const chosen = fitting[Math.floor(random.next() * fitting.length)];
  if (chosen !== undefined) {
    const start = Math.floor(random.next() * (chosen.run.length - count + 1));
    return [{ zoneId: chosen.zoneId, seats: chosen.run.slice(start, start + count) }];
  }
  for (const zoneId of new Set(rows.map((row) => row.zoneId))) {
    const apart = rows.filter((row) => row.zoneId === zoneId).flatMap(({ runs }) => runs.flat());
    if (apart.length >= count) return [{ zoneId, seats: apart.slice(0, count) }];
  }
  return null;
}

function chooseStanding({ performance, availability }: Offer, quantity: number, random: SeededRandom): HoldWish | null {
  const general = new Set(performance.zones.filter((zone) => zone.kind === 'general').map((zone) => zone.id));
  const fitting = availability.zones.filter((zone) => general.has(zone.id) && zone.available >= quantity);
  const zone = fitting[Math.floor(random.next() * fitting.length)];
  return zone === undefined ? null : [{ zoneId: zone.id, quantity }];
}

/** The free seats of each row, as runs of neighbours. Places for wheelchairs are left to those who need them. */
function freeRows({ seatMap, availability }: Offer): FreeRow[] {
  const states = Buffer.from(availability.states, 'base64');
  let index = 0;
  return seatMap.zones.flatMap((zone) =>
    zone.rows.map(({ seats }) => {
      const runs: string[][] = [];
      let run: string[] = [];
      for (const seat of seats) {
        if (stateOf(states, index) === SEAT_FREE && seat.accessible !== true) {
          if (run.length === 0) runs.push(run);
          run.push(seat.id);
        } else run = [];
        index += 1;
      }
      return { zoneId: zone.id, runs };
    }),
  );
}

/** Two bits a seat, the first seat lowest (contracts/catalogue.ts); a seat that is not told of is not free. */
const stateOf = (states: Buffer, index: number): number => ((states[index >> 2] ?? 0xff) >> (2 * (index & 3))) & 3;
