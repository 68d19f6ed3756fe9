import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeBookings, writeTrusted } from '../../db/queries/write-bookings.ts';
import { SHOW, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { toWrite, type BookingDraft } from './commit-booking.ts';
import { draft, forgetBookings } from './draft.fixture.ts';

/** Standing places of the world. */
const PLACES = 5;
const KEPT = ['bookings', 'booking_items', 'seat_claims', 'payments', 'outbox', 'idempotency_keys'] as const;

let world: CoreWorld;
beforeAll(async () => {
  world = await startCoreWorld({ standing: PLACES });
});
afterAll(() => world.close());
beforeEach(async () => {
  await forgetBookings(world.sql);
  await world.sql`UPDATE zone_legs SET sold = 0`;
  await world.sql`UPDATE performances SET places_per_buyer = NULL`;
});

const batchOf = (drafts: readonly BookingDraft[]) => drafts.map((one) => toWrite(one, '{}'));
const trusted = (...drafts: BookingDraft[]) => writeTrusted(world.sql, batchOf(drafts));
const judged = async (...drafts: BookingDraft[]) =>
  (await writeBookings(world.sql, batchOf(drafts))).map(({ verdict }) => verdict);

/** How many rows each table has, and how much is sold. */
async function rows(): Promise<number[]> {
  const counts = KEPT.map(async (table) =>
    Number((await world.sql`SELECT count(*) FROM ${world.sql(table)}`)[0]?.['count']),
  );
  const [sold] = await world.sql`SELECT sum(sold)::int AS sold FROM zone_legs WHERE performance_id = ${SHOW}`;
  return [...(await Promise.all(counts)), Number(sold?.['sold'])];
}

describe('a batch that is trusted', () => {
  it('is written whole, with the rows that a judged one has', async () => {
    expect(await trusted(draft(['s1', 's2'], 1), draft(['s3']))).toBe('written');
    const written = await rows();
    await forgetBookings(world.sql);
    await world.sql`UPDATE zone_legs SET sold = 0`;
    expect(await judged(draft(['s1', 's2'], 1), draft(['s3']))).toEqual(['written', 'written']);
    expect(written).toEqual(await rows());
  });

  const before = draft(['s1'], PLACES - 1);
  const held = { ...draft(['s9']), row: { ...draft(['s9']).row, holdId: before.row.holdId } };
  it.each([
    ['a seat that is sold', draft(['s1']), 'seats_unavailable'],
    ['more places than are left', draft([], 2), 'zone_sold_out'],
    ['a hold that is booked', held, 'hold_already_booked'],
    ['a buyer who has not paid yet', draft(['s9'], 0, before.row.owner), 'limit_reached'],
    ['a key that has an answer', { ...draft(['s9']), keyed: before.keyed }, 'known'],
  ])('is not written at all for %s, and the judgement then tells who is refused', async (_, wanted, verdict) => {
    expect(await trusted(before)).toBe('written');
    const [neighbour, written] = [draft(['s5']), await rows()];
    expect(await trusted(neighbour, wanted)).toBe('refused');
    expect(await rows()).toEqual(written);
    expect(await judged(neighbour, wanted)).toEqual(['written', verdict]);
  });

  it('is not written at all for a buyer beyond the limit, which no constraint knows, nor for two who are beyond it together', async () => {
    await world.sql`UPDATE performances SET places_per_buyer = 2`;
    expect(await trusted(draft(['s1', 's2']))).toBe('written');
    expect(await trusted(draft(['s3']))).toBe('refused');
    expect(await judged(draft(['s3']))).toEqual(['limit_reached']);
    await forgetBookings(world.sql);
    expect(await trusted(draft(['s1']), draft(['s2', 's3']))).toBe('refused');
    expect(await judged(draft(['s1']), draft(['s2', 's3']))).toEqual(['written', 'again']);
    // The control: where nobody is counted, the same is written.
    await world.sql`UPDATE performances SET places_per_buyer = NULL`;
    expect(await trusted(draft(['s4', 's5', 's6']))).toBe('written');
  });

  it('is not written at all for a zone that is not there any more, which no constraint knows either', async () => {
    const gone = draft(['s1']);
    gone.row.items = gone.row.items.map((item) => ({ ...item, zoneId: 'gone' }));
    expect(await trusted(draft(['s2']), gone)).toBe('refused');
    expect(await judged(draft(['s2']), gone)).toEqual(['written', 'zone_sold_out']);
  });

  it('is left to the judgement when its requests want the same seat', async () => {
    expect(await trusted(draft(['s1']), draft(['s1']))).toBe('untried');
    expect(await judged(draft(['s1']), draft(['s1']))).toEqual(['written', 'again']);
  });
});
