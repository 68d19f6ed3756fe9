import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BERTHS, type SeatMapZone } from '../../contracts/catalogue.ts';
import { roomKeys } from '../keys.ts';
import { bestOf, waysToSeat } from './best-available.reference.fixture.ts';
import type { BestWish } from './inventory-ref.ts';
import { type InventoryWorld, startInventory, REF } from './inventory.fixture.ts';
import { beginLoad, finishLoad, loadClaims } from './load-inventory.ts';
import { placeHold, type PlaceHoldOutcome } from './place-hold.ts';
import { readAvailability } from './read-availability.ts';
import { releaseHold } from './release-hold.ts';
import { toSeatBlocks, toSeatRows } from './seat-rows.ts';

let world: InventoryWorld;
beforeAll(async () => {
  world = await startInventory();
});
afterAll(() => world.close());

const seatArbitrary = fc.record({
  aisleBefore: fc.boolean(),
  accessible: fc.nat(5),
  berth: fc.constantFrom(...BERTHS),
});
const caseArbitrary = fc.record({
  rows: fc.array(fc.array(seatArbitrary, { minLength: 1, maxLength: 14 }), { minLength: 1, maxLength: 6 }),
  aisles: fc.boolean(),
  berths: fc.boolean(),
  /** Share of the seats that are sold, and on which leg. */
  sold: fc.array(fc.record({ seat: fc.nat(90), leg: fc.nat(1) }), { maxLength: 60 }),
  quantity: fc.integer({ min: 1, max: 6 }),
  row: fc.integer({ min: 1, max: 6 }),
  accessible: fc.boolean(),
  berth: fc.option(fc.constantFrom(...BERTHS), { nil: undefined }),
});
type Case = typeof caseArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** The drawn zone as a map; seats of another zone lie before it, so that nothing begins at a whole byte. */
const BEFORE = 3;
function toZone({ rows, aisles, berths }: Case): SeatMapZone {
  return {
    id: 'stalls',
    rows: rows.map((row, y) => {
      let x = 0;
      return {
        name: String(y + 1),
        seats: row.map((seat, i) => {
          x += aisles && seat.aisleBefore && i % 4 === 3 ? 3 : 1;
          return {
            id: `${y}-${i}`,
            name: String(i),
            x,
            y,
            ...(seat.accessible === 0 ? { accessible: true as const } : {}),
            ...(berths ? { berth: seat.berth } : {}),
          };
        }),
      };
    }),
  };
}

/** Lays the zone out, sells what is sold, and lets a visitor in. */
async function layOut(zone: SeatMapZone, sold: { seat: number; leg: number }[]): Promise<number> {
  const seats = BEFORE + zone.rows.reduce((sum, row) => sum + row.seats.length, 0);
  await world.redis.flushall();
  await world.at(0);
  await world.redis.hset(roomKeys(REF.room).state, 'epoch', 3);
  await world.redis.hset(roomKeys(REF.room).config, 'holdLimit', 50);
  const layout = {
    zones: [{ kind: 'reserved' as const, id: 'stalls', start: BEFORE, end: seats }],
    stops: ['A', 'B', 'C'],
  };
  await beginLoad(world.client, { ...REF, token: 't', seats, legs: 2, layout, rows: toSeatRows(zone, BEFORE) });
  const bookings = sold
    .filter(({ seat }) => seat < seats)
    .map(({ seat, leg }, i) => ({
      bookingId: `b${i}`,
      version: 1,
      state: 'sold' as const,
      holdId: null,
      places: { legs: [leg, leg + 1] as [number, number], seats: [seat], zones: [] },
    }));
  for (let at = 0; at < bookings.length; at += 200)
    await loadClaims(world.client, { ...REF, token: 't' }, bookings.slice(at, at + 200));
  await finishLoad(world.client, { ...REF, token: 't' });
  for (const owner of ['anna', 'ben']) await world.admit(owner);
  return seats;
}

let wishes = 0;
function hold(
  owner: string,
  best: BestWish[],
  seats: number[] = [],
  key?: string,
  legs: [number, number] = [0, 2],
): Promise<PlaceHoldOutcome> {
  wishes += 1;
  return placeHold(world.client, {
    ...REF,
    holdId: `wish-${wishes}`,
    owner,
    places: { legs, seats, zones: [] },
    best,
    idempotencyKey: key ?? `wish-${wishes}`,
    bodyHash: 'body',
  });
}
const wishOf = (quantity: number, more: Partial<BestWish> = {}): BestWish => ({
  zoneId: 'stalls',
  quantity,
  accessible: false,
  mayBeSplit: false,
  row: 1,
  ...more,
});
/** Rows of so many seats, one unit apart. */
const plainZone = (...rows: number[]): SeatMapZone => ({
  id: 'stalls',
  rows: rows.map((count, y) => ({
    name: String(y),
    seats: Array.from({ length: count }, (_, x) => ({ id: `${y}-${x}`, name: String(x), x, y })),
  })),
});
const seatsOf = (outcome: PlaceHoldOutcome) => (outcome.outcome === 'placed' ? outcome.hold.seats : outcome);

it('chooses what the plain rule chooses, whatever the zone, what is sold and what is wished', async () => {
  await fc.assert(
    fc.asyncProperty(caseArbitrary, async (drawn) => {
      const zone = toZone(drawn);
      const seats = await layOut(zone, drawn.sold);
      const taken = new Set(drawn.sold.map(({ seat }) => seat));
      const berths = [...Array<undefined>(BEFORE), ...zone.rows.flatMap((row) => row.seats.map((seat) => seat.berth))];
      const { quantity, row, accessible, berth } = drawn;
      const wish = wishOf(quantity, { row, accessible, berth });
      const isFree = (seat: number) => seat < seats && !taken.has(seat);
      const expected = bestOf(waysToSeat(toSeatBlocks(zone, BEFORE), berths, isFree, wish));
      const outcome = await hold('anna', [wish]);
      if (expected === undefined) expect(outcome).toEqual(refusalOf(zone, isFree, accessible));
      else expect(seatsOf(outcome)).toEqual(expected.seats);
    }),
    { numRuns: 300 },
  );
}, 60_000);

/** What a refusal tells, counted seat by seat. */
function refusalOf(zone: SeatMapZone, isFree: (seat: number) => boolean, accessible: boolean): PlaceHoldOutcome {
  let [available, together] = [0, 0];
  for (const block of toSeatBlocks(zone, BEFORE).filter((one) => one.accessible === accessible)) {
    let run = 0;
    for (let seat = block.first; seat < block.first + block.seats; seat += 1) {
      run = isFree(seat) ? run + 1 : 0;
      available += isFree(seat) ? 1 : 0;
      together = Math.max(together, run);
    }
  }
  return { outcome: 'zone_sold_out', zoneId: 'stalls', available, together };
}

it('chooses and counts the same in a zone of many rows, where it counts by other means', async () => {
  const manyRows = fc.record({
    widths: fc.array(fc.integer({ min: 3, max: 9 }), { minLength: 66, maxLength: 80 }),
    /** Each nth seat is free, or those whose draw is below `few`. */
    free: fc.oneof(fc.constantFrom(2, 3), fc.array(fc.nat(99), { minLength: 300, maxLength: 300 })),
    few: fc.integer({ min: 10, max: 70 }),
    accessibleRows: fc.integer({ min: 1, max: 40 }),
    quantity: fc.integer({ min: 1, max: 6 }),
    row: fc.integer({ min: 1, max: 80 }),
    accessible: fc.boolean(),
    legs: fc.constantFrom<[number, number]>([0, 1], [0, 2]),
  });
  await fc.assert(
    fc.asyncProperty(manyRows, async ({ widths, free, few, accessibleRows, quantity, row, accessible, legs }) => {
      const zone = plainZone(...widths);
      for (const [y, { seats }] of zone.rows.entries())
        if (y % accessibleRows === 0 && seats[1] !== undefined) seats[1].accessible = true;
      const isSold = (seat: number) =>
        typeof free === 'number' ? seat % free !== 0 : (free[seat % free.length] ?? 0) >= few;
      const all = BEFORE + widths.reduce((sum, width) => sum + width, 0);
      const sold = Array.from({ length: all }, (_, seat) => seat).filter((seat) => seat >= BEFORE && isSold(seat));
      await layOut(
        zone,
        sold.map((seat) => ({ seat, leg: 0 })),
      );
      const isFree = (seat: number) => seat >= BEFORE && seat < all && !isSold(seat);
      const wish = wishOf(quantity, { row, accessible });
      const expected = bestOf(waysToSeat(toSeatBlocks(zone, BEFORE), [], isFree, wish));
      const outcome = await hold('anna', [wish], [], undefined, legs);
      if (expected === undefined) expect(outcome).toEqual(refusalOf(zone, isFree, accessible));
      else expect(seatsOf(outcome)).toEqual(expected.seats);
    }),
    { numRuns: 40 },
  );
}, 60_000);

describe('best available', () => {
  it('sits in the middle of the front row, and leaves no seat single where it can', async () => {
    await layOut(plainZone(7, 7), []);
    expect(seatsOf(await hold('anna', [wishOf(3)]))).toEqual([5, 6, 7]);
    // Two of the two left in the front row, rather than one of them and a single seat.
    expect(seatsOf(await hold('anna', [wishOf(1)]))).toEqual([13]);
    expect(seatsOf(await hold('anna', [wishOf(2)]))).toEqual([3, 4]);
  });

  it('keeps accessible seats for those who ask, and gives those no others', async () => {
    const zone = plainZone(4);
    zone.rows[0]?.seats.slice(1, 3).forEach((seat) => Object.assign(seat, { accessible: true }));
    await layOut(zone, []);
    expect(await hold('anna', [wishOf(2)])).toEqual({
      outcome: 'zone_sold_out',
      zoneId: 'stalls',
      available: 2,
      together: 1,
    });
    expect(seatsOf(await hold('anna', [wishOf(2, { accessible: true })]))).toEqual([4, 5]);
    expect(await hold('ben', [wishOf(1, { accessible: true })])).toMatchObject({ available: 0, together: 0 });
  });

  it('splits only when that is asked for, into the largest groups that are left', async () => {
    await layOut(plainZone(2, 3), []);
    expect(await hold('anna', [wishOf(4)])).toMatchObject({ outcome: 'zone_sold_out', available: 5, together: 3 });
    expect(seatsOf(await hold('anna', [wishOf(4, { mayBeSplit: true })]))).toEqual([3, 5, 6, 7]);
  });

  it('takes all of a wish or nothing, named seats and several choices together', async () => {
    await layOut(plainZone(6), []);
    expect(await hold('anna', [wishOf(2), wishOf(4)], [3])).toMatchObject({ outcome: 'zone_sold_out', available: 3 });
    const { legs } = await readAvailability(world.client, REF);
    expect(legs.every((leg) => leg.every((byte) => byte === 0))).toBe(true);
    expect(seatsOf(await hold('anna', [wishOf(2), wishOf(3)], [3]))).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it('answers a repeated key with the same seats, and another key with more', async () => {
    await layOut(plainZone(6), []);
    const first = await hold('anna', [wishOf(2)], [], 'key');
    const again = await hold('anna', [wishOf(2)], [], 'key');
    expect(again).toEqual({ ...first, replayed: true });
    expect(seatsOf(await hold('anna', [wishOf(2)]))).not.toEqual(seatsOf(first));
  });

  it('takes seats whose holds are over', async () => {
    await layOut(plainZone(4), []);
    await hold('anna', [wishOf(4)]);
    await world.at(600_000);
    expect(seatsOf(await hold('ben', [wishOf(4)]))).toEqual([3, 4, 5, 6]);
  });

  it('remembers what it looked for in vain until a seat goes free, and only for as many or more', async () => {
    await layOut(plainZone(4, 3), []);
    const named = await hold('anna', [], [4, 5]);
    const soldOut = (available: number, together: number) => ({
      outcome: 'zone_sold_out',
      zoneId: 'stalls',
      available,
      together,
    });
    for (const quantity of [4, 5, 4]) expect(await hold('ben', [wishOf(quantity)])).toEqual(soldOut(5, 3));
    expect(seatsOf(await hold('ben', [wishOf(3)]))).toEqual([7, 8, 9]);
    expect(await hold('ben', [wishOf(3)])).toEqual(soldOut(2, 1));
    if (named.outcome !== 'placed') throw new Error('the named seats were free');
    const { holdId, fence } = named.hold;
    await releaseHold(world.client, { ...REF, holdId, owner: 'anna', fence }, 0);
    expect(seatsOf(await hold('ben', [wishOf(3)]))).toEqual([3, 4, 5]);
  });

  it('does not remember what it lacked for a moment only: seats that were chosen and given up', async () => {
    await layOut(plainZone(4), []);
    expect(await hold('anna', [wishOf(3), wishOf(2)])).toMatchObject({ outcome: 'zone_sold_out' });
    expect(seatsOf(await hold('anna', [wishOf(4)]))).toEqual([3, 4, 5, 6]);
  });

  it('never gives two wishes at the same moment the same seat', async () => {
    await layOut(plainZone(20, 20), []);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => hold('anna', [wishOf(3)])));
    const given = outcomes.flatMap((outcome) => (outcome.outcome === 'placed' ? outcome.hold.seats : []));
    expect(new Set(given).size).toBe(given.length);
    expect(given.length).toBe(36);
  });
});
