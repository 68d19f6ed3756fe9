import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endBlock, insertBlock, type BlockItem, type BlockRefusal, type NewBlock } from '../../db/queries/blocks.ts';
import { expireBookings } from '../../db/queries/expire-bookings.ts';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { newId } from '../../platform/id.ts';
import type { BookingDraft } from '../bookings/commit-booking.ts';
import { draft } from '../bookings/draft.fixture.ts';
import { openTwoCommitters, type TwoCommitters } from '../bookings/two-committers.fixture.ts';
import { openCoreWorld, SHOW, type CoreWorld } from '../core-world.fixture.ts';
import { runTransaction } from '../payments/run-transaction.ts';

let postgres: TestPostgres;
let redis: TestRedis;
let world: CoreWorld;
let two: TwoCommitters;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
});
afterAll(() => Promise.all([redis.stop(), postgres.stop()]));
beforeEach(async () => {
  world = await openCoreWorld(postgres, redis);
  two = openTwoCommitters(world.deps.config.databaseUrl);
});
afterEach(async () => {
  await two.close();
  await world.close();
});

const newBlock = (items: BlockItem[], codeHash: string | null = null): NewBlock => {
  const id = newId();
  return { id, performanceId: SHOW, name: 'test', codeHash, legs: [0, 1], items, createdBy: 'ada' };
};
const seatItem = (seatId: string): BlockItem => ({ zoneId: 'stalls', seatId, quantity: 1 });
const places = (quantity: number): BlockItem => ({ zoneId: 'standing', seatId: null, quantity });
const write = (block: NewBlock): Promise<BlockRefusal | null> =>
  runTransaction(world.sql, (tx) => insertBlock(tx, block));
const end = (id: string) => runTransaction(world.sql, (tx) => endBlock(tx, SHOW, id));
const commit: TwoCommitters['commit'] = (wanted, process) => two.commit(wanted, process);
/** What a receipt of an allocation says: Redis checked the code when it was held. */
const under = (blockId: string, wanted: BookingDraft): BookingDraft => ({
  ...wanted,
  row: { ...wanted.row, items: wanted.row.items.map((item) => ({ ...item, blockId })) },
});
const CODE_HASH = 'c'.repeat(64);
/** Every place is counted once: as the zone's, as the allocation's, or as blocked. */
const counts = async () => {
  const [row] = await world.sql<{ claims: number; sold: number; allocated: number }[]>`SELECT
    (SELECT count(*)::int FROM seat_claims WHERE booking_id IS NOT NULL) AS claims,
    (SELECT sum(sold)::int FROM zone_legs) AS sold, (SELECT coalesce(sum(sold), 0)::int FROM block_legs) AS allocated`;
  return row;
};
const capacity = async (zoneId: string) =>
  (await world.sql<{ capacity: number }[]>`SELECT capacity FROM zone_legs WHERE zone_id = ${zoneId}`)[0]?.capacity;

describe('blocks and bookings at once', () => {
  it('never both have a seat: each is told who was first', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `s${i + 1}`);
    const blocks = ids.map((id) => newBlock([seatItem(id)]));
    const [bookings, refusals] = await Promise.all([
      Promise.all(ids.map((id, i) => commit(draft([id]), i))),
      Promise.all(blocks.toReversed().map(write)),
    ]);
    const booked = bookings.filter(({ outcome }) => outcome === 'booked').length;
    expect(booked + refusals.filter((refusal) => refusal === null).length).toBe(ids.length);
    for (const result of bookings) expect(['booked', 'seats_unavailable']).toContain(result.outcome);
    expect(await counts()).toEqual({ claims: booked, sold: booked, allocated: 0 });
    expect(await capacity('stalls')).toBe(60 - ids.length + booked);
  });

  it('would both be told yes if a block looked and then wrote: the control', async () => {
    const look = () => world.sql`SELECT 1 FROM seat_claims WHERE seat_id = 's1'`;
    const [seen, result] = [await look(), await commit(draft(['s1']))];
    await world.sql`ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_sold_once`;
    const block = newBlock([seatItem('s1')]);
    await world.sql`INSERT INTO blocks (id, performance_id, name, from_leg, to_leg, created_by) VALUES (${block.id}, ${SHOW}, 'x', 0, 1, 'ada')`;
    await world.sql`INSERT INTO seat_claims (performance_id, seat_id, leg, zone_id, state, block_id)
      VALUES (${SHOW}, 's1', 0, 'stalls', 'blocked', ${block.id})`;
    expect([seen.length, result.outcome, (await look()).length]).toEqual([0, 'booked', 2]);
  });

  it('never have more places of a zone than there are', async () => {
    const [bookings, refusals] = await Promise.all([
      Promise.all(Array.from({ length: 30 }, (_, i) => commit(draft([], 1), i))),
      Promise.all(Array.from({ length: 30 }, () => write(newBlock([places(1)])))),
    ]);
    const booked = bookings.filter(({ outcome }) => outcome === 'booked').length;
    expect([booked + refusals.filter((refusal) => refusal === null).length, await capacity('standing')]).toEqual([
      5,
      booked,
    ]);
  });

  it('a blocked seat is refused to everybody, an allocated one to whoever has another allocation’s receipt or none', async () => {
    const [plain, own, other] = [
      newBlock([seatItem('s1')]),
      newBlock([seatItem('s2')], CODE_HASH),
      newBlock([seatItem('s3')], 'd'.repeat(64)),
    ];
    for (const block of [plain, own, other]) expect(await write(block)).toBeNull();
    const taken = (seat: string) => ({ outcome: 'seats_unavailable', seats: [seat] });
    expect(await commit(draft(['s1']))).toEqual(taken('s1'));
    expect(await commit(draft(['s2']))).toEqual(taken('s2'));
    expect(await commit(under(own.id, draft(['s3'])))).toEqual(taken('s3'));
    expect(await commit(under(own.id, draft(['s4']))), 'not even a free one').toEqual(taken('s4'));
    expect(await commit(under(own.id, draft(['s2'])))).toMatchObject({ outcome: 'booked' });
    expect(await commit(under(own.id, draft(['s2'])))).toEqual(taken('s2'));
  });

  it('an allocation’s rivals in two processes: each place once; ended meanwhile, its buyers buy from the public sale', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `s${i + 1}`);
    const block = newBlock([...ids.map(seatItem), places(3)], CODE_HASH);
    await write(block);
    const wishes = [...ids, ...ids].map((id, i) => under(block.id, draft([id], i % 4 === 0 ? 1 : 0)));
    const [results] = await Promise.all([Promise.all(wishes.map((wanted, i) => commit(wanted, i))), end(block.id)]);
    const items = await world.sql<
      { seat: boolean; quantity: number }[]
    >`SELECT seat_id IS NOT NULL AS seat, quantity, block_id FROM booking_items`;
    const [seatsSold, placesSold] = [true, false].map((seat) =>
      items.filter((item) => item.seat === seat).reduce((sum, item) => sum + item.quantity, 0),
    );
    expect(results.filter(({ outcome }) => outcome === 'booked')).toHaveLength(seatsSold ?? -1);
    expect(placesSold).toBeLessThanOrEqual(5);
    expect(await counts()).toEqual({ claims: seatsSold, sold: (seatsSold ?? 0) + (placesSold ?? 0), allocated: 0 });
    expect([await capacity('stalls'), await capacity('standing')]).toEqual([60, 5]);
    expect(await world.sql`SELECT 1 FROM seat_claims WHERE block_id IS NOT NULL`).toHaveLength(0);
  });

  it('expiries and the end of their allocation at once leave no place counted twice', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `s${i + 1}`);
    const block = newBlock([...ids.map(seatItem), places(2)], CODE_HASH);
    await write(block);
    const wishes = ids.map((id, i) => under(block.id, draft([id], i < 2 ? 1 : 0)));
    await Promise.all(wishes.map((wanted, i) => commit(wanted, i)));
    expect(await counts()).toEqual({ claims: 20, sold: 0, allocated: 22 });
    await world.sql`UPDATE bookings SET pay_by = now() - interval '1 minute'`;
    const due = wishes.map(({ row }) => ({ id: row.id, outboxId: newId() }));
    const [one] = two.pools;
    await Promise.all([expireBookings(one, due.slice(0, 10)), end(block.id), expireBookings(one, due.slice(10, 15))]);
    expect(await counts()).toEqual({ claims: 5, sold: 5, allocated: 0 });
    await expireBookings(one, due.slice(15));
    expect(await counts()).toEqual({ claims: 0, sold: 0, allocated: 0 });
    expect([await capacity('stalls'), await capacity('standing')]).toEqual([60, 5]);
    expect(await world.sql`SELECT 1 FROM seat_claims`).toHaveLength(0);
  });
});
