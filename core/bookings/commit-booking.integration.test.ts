import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { newId } from '../../platform/id.ts';
import { openCommitProxy } from '../commit-proxy.fixture.ts';
import { openCoreWorld, SHOW, type CoreWorld } from '../core-world.fixture.ts';
import type { Turn } from '../http/while-progressing.ts';
import { createBookingCommits, type BookingDraft, type CommitOutcome } from './commit-booking.ts';
import { draft, forgetBookings } from './draft.fixture.ts';

const commitBooking = (sql: Sql, wanted: BookingDraft, turn?: Turn) => createBookingCommits(sql).commit(wanted, turn);
const byOutcome = (a: CommitOutcome, b: CommitOutcome) => a.outcome.localeCompare(b.outcome);
const outcomes = (results: CommitOutcome[]) => results.map((result) => result.outcome).toSorted();

describe('Postgres as the guard of the last seat', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let world: CoreWorld;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
    world = await openCoreWorld(postgres, redis);
  });
  afterAll(async () => {
    await world.close();
    await Promise.all([redis.stop(), postgres.stop()]);
  });

  it('sells two seats to one of twenty buyers who come at once, and names them to the others', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => commitBooking(world.sql, draft(['s1', 's2']))));
    expect(results.filter((result) => result.outcome === 'booked')).toHaveLength(1);
    for (const result of results)
      if (result.outcome !== 'booked') expect(result).toEqual({ outcome: 'seats_unavailable', seats: ['s1', 's2'] });
  });

  /**
   * Two rivals for one seat whom no zone's lock holds apart (one names the wrong zone), held back together after both were judged:
   * their bookings wait for the end of rows that have their holds, and are never committed.
   */
  async function rivalsPastTheirJudgement(own: CoreWorld): Promise<CommitOutcome[]> {
    const [one, other] = [draft(['s5']), draft(['s5'])];
    other.row.items = other.row.items.map((item) => ({ ...item, zoneId: 'standing' }));
    const results: Promise<CommitOutcome>[] = [];
    const takenBack = new Error('both were judged');
    const holding = own.sql.begin(async (tx) => {
      await tx`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, access_token_hash,
          total_minor, currency, from_leg, to_leg, pay_by)
        SELECT gen_random_uuid(), hold, ${SHOW}, hold, 'expired', '', '', '', sha256('a'), 0, 'EUR', 0, 1, now()
        FROM unnest(${[one.row.holdId, other.row.holdId]}::text[]) AS h (hold)`;
      results.push(...[one, other].map((wanted) => commitBooking(own.sql, wanted)));
      const waiting = async () =>
        (await own.sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
          .length;
      while ((await waiting()) < results.length);
      throw takenBack;
    });
    await expect(holding).rejects.toBe(takenBack);
    return Promise.all(results);
  }

  it('refuses a rival whom its judgement could not see, by the key of the claims, and then names the seat', async () => {
    const scratch = await openCoreWorld(postgres, redis);
    try {
      expect((await rivalsPastTheirJudgement(scratch)).toSorted(byOutcome)).toMatchObject([
        { outcome: 'booked' },
        { outcome: 'seats_unavailable', seats: ['s5'] },
      ]);
      // The control: without the constraint the seat is sold twice.
      await forgetBookings(scratch.sql);
      await scratch.sql`ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_sold_once`;
      expect(outcomes(await rivalsPastTheirJudgement(scratch))).toEqual(['booked', 'booked']);
      expect(await scratch.sql`SELECT 1 FROM seat_claims WHERE seat_id = 's5'`).toHaveLength(2);
    } finally {
      await scratch.close();
    }
  });

  it('lets overlapping orders in opposite directions end whole: one wins, nobody deadlocks', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        commitBooking(world.sql, i % 2 === 0 ? draft(['s10', 's11'], 1) : draft(['s11', 's10'], 1)),
      ),
    );
    expect(outcomes(results)).toEqual(['booked', ...Array.from({ length: 9 }, () => 'seats_unavailable')]);
    const rows = await world.sql`SELECT DISTINCT booking_id FROM seat_claims WHERE seat_id IN ('s10', 's11')`;
    expect(rows).toHaveLength(1);
  });

  it('sells as many standing places as there are, and says how many are left', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, () => commitBooking(world.sql, draft([], 1))));
    // One of the five went with the order above.
    expect(results.filter((result) => result.outcome === 'booked')).toHaveLength(4);
    for (const result of results)
      if (result.outcome !== 'booked')
        expect(result).toEqual({ outcome: 'zone_sold_out', zoneId: 'standing', available: 0 });
  });

  it('makes one booking of a hold and of a key, and answers the key with what it wrote', async () => {
    const wanted = draft(['s20']);
    const first = await commitBooking(world.sql, wanted);
    const again = await commitBooking(world.sql, { ...wanted, row: { ...wanted.row, id: newId() }, body: {} });
    expect(first).toMatchObject({ outcome: 'booked', answer: { replayed: false } });
    expect(again).toMatchObject({ outcome: 'booked', answer: { replayed: true } });
    const rival = draft(['s21']);
    expect(await commitBooking(world.sql, { ...rival, row: { ...rival.row, holdId: wanted.row.holdId } })).toEqual({
      outcome: 'hold_already_booked',
    });
  });

  it('does not begin for a buyer who was refused before Postgres came to it', async () => {
    const wanted = draft(['s40']);
    expect(await commitBooking(world.sql, wanted, { isRefused: true })).toMatchObject({
      outcome: 'failed',
      error: { code: 'store_unavailable' },
    });
    expect(await world.sql`SELECT 1 FROM bookings WHERE hold_id = ${wanted.row.holdId}`).toHaveLength(0);
  });

  it('finds a booking again whose commit was made and never answered', async () => {
    const proxy = await openCommitProxy(world.deps.config.databaseUrl);
    const sql = connectDatabase(proxy.url, { max: 1 });
    try {
      const wanted = draft(['s30']);
      expect(await commitBooking(sql, wanted)).toMatchObject({ outcome: 'booked', answer: { replayed: false } });
      expect(proxy.cuts()).toBe(1);
      expect(await world.sql`SELECT 1 FROM bookings WHERE hold_id = ${wanted.row.holdId}`).toHaveLength(1);
    } finally {
      await sql.end({ timeout: 1 });
      await proxy.close();
    }
  });
});
