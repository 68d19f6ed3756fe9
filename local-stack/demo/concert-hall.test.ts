import { describe, expect, it } from 'vitest';
import { buildConcertHall, HALL_MAXIMUM, WHEELCHAIR_SPACES } from './concert-hall.ts';

const hall = buildConcertHall();
const capacityOf = (prefix: string): number =>
  hall.zones.filter((zone) => zone.id.startsWith(prefix)).reduce((sum, zone) => sum + zone.capacity, 0);

describe('the concert hall', () => {
  it('seats about 5,000 and with its standing zone stays within what the hall may hold', () => {
    const standing = hall.zones.filter((zone) => zone.kind === 'general');
    expect(standing.map((zone) => [zone.id, zone.capacity])).toEqual([['gallery-standing', 450]]);
    const seats = capacityOf('') - 450;
    expect(seats).toBe(5012);
    expect(seats + 450).toBeLessThanOrEqual(HALL_MAXIMUM);
  });

  it('has the true sections in their order round the room', () => {
    const letters = (prefix: string) =>
      hall.zones.filter((zone) => zone.id.startsWith(prefix)).map((zone) => zone.name.at(-1));
    expect(letters('stalls-').join('')).toBe('GHJKLMNO');
    expect(letters('circle-').join('')).toBe('PQRSTUVWXY');
    expect(Math.abs(capacityOf('stalls-') - 1534)).toBeLessThan(30);
  });

  it('has an accessible row in each middle section of the Stalls, a companion beside every wheelchair space', () => {
    const rows = hall.seatMap.zones.flatMap((zone) =>
      zone.rows.filter((row) => row.seats.some((seat) => seat.accessible)),
    );
    expect(rows).toHaveLength(2);
    expect(rows.every((row) => row.seats.every((seat) => seat.accessible === true))).toBe(true);
    const names = rows.flatMap((row) => row.seats.map((seat) => seat.name.charAt(0)));
    expect(names.join('')).toBe('WC'.repeat(WHEELCHAIR_SPACES));
  });

  it('draws both halves of the room alike', () => {
    const xs = (id: string) =>
      hall.seatMap.zones.find((zone) => zone.id === id)?.rows[0]?.seats.map((seat) => seat.x) ?? [];
    const left = xs('circle-p');
    const right = xs('circle-y').toReversed();
    expect(left.map((x, index) => x + (right[index] ?? 0))).toEqual(left.map(() => 1600));
  });
});
