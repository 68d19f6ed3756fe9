import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import type { Sql } from '../../db/connect.ts';
import { newId } from '../../platform/id.ts';
import { openCoreWorld, SHOW, type CoreWorld } from '../core-world.fixture.ts';
import type { BookingDraft, CommitOutcome } from './commit-booking.ts';
import { draft } from './draft.fixture.ts';
import { openTwoCommitters, type TwoCommitters } from './two-committers.fixture.ts';

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

/** Everybody at once, to the two processes in turn. */
const commitAll = (drafts: BookingDraft[]): Promise<CommitOutcome[]> =>
  Promise.all(drafts.map((wanted, i) => two.commit(wanted, i)));
/** Everybody in one batch of one process, in this order. */
const commitTogether = (...drafts: BookingDraft[]) => Promise.all(drafts.map((wanted) => two.commit(wanted)));
const count = (results: CommitOutcome[], outcome: CommitOutcome['outcome']) =>
  results.filter((result) => result.outcome === outcome).length;
const sold = async (zoneId: string) => {
  const [row] = await world.sql<{ sold: number }[]>`SELECT sold FROM zone_legs WHERE zone_id = ${zoneId}`;
  return row?.sold;
};
const deadlocks = async () => {
  const [row] = await world.sql<{ deadlocks: number }[]>`SELECT deadlocks::int AS deadlocks FROM pg_stat_database
    WHERE datname = current_database()`;
  return row?.deadlocks;
};

describe('rivals in two processes', () => {
  it('are 500 for one seat: one gets it, 499 are told which seat, nobody an error', async () => {
    const results = await commitAll(Array.from({ length: 500 }, () => draft(['s1'])));
    expect([count(results, 'booked'), count(results, 'seats_unavailable')]).toEqual([1, 499]);
    for (const result of results)
      if (result.outcome !== 'booked') expect(result).toEqual({ outcome: 'seats_unavailable', seats: ['s1'] });
    expect(await sold('stalls')).toBe(1);
  });

  it('are 1,000 for the last place of a zone: exactly one gets it', async () => {
    await two.commit(draft([], 4));
    const results = await commitAll(Array.from({ length: 1000 }, () => draft([], 1)));
    expect([count(results, 'booked'), count(results, 'zone_sold_out')]).toEqual([1, 999]);
    expect(await sold('standing')).toBe(5);
  });

  it('want [A, B] and [B, A] in two zones at once: one wins whole, no deadlock happens', async () => {
    const drafts = Array.from({ length: 60 }, (_, i) => {
      const wanted = draft(i % 4 < 2 ? ['s10', 's11'] : ['s11', 's10'], 1);
      return {
        ...wanted,
        row: { ...wanted.row, items: i % 2 === 0 ? wanted.row.items : wanted.row.items.toReversed() },
      };
    });
    const results = await commitAll(drafts);
    expect([count(results, 'booked'), count(results, 'seats_unavailable')]).toEqual([1, 59]);
    expect(await world.sql`SELECT DISTINCT booking_id FROM seat_claims`).toHaveLength(1);
    expect([await sold('stalls'), await sold('standing'), await deadlocks()]).toEqual([2, 1, 0]);
  });

  it('would deadlock if each locked its zones in the order it names them: the control', async () => {
    const lock = async (sql: Sql, first: string, second: string) =>
      sql.begin(async (tx) => {
        await tx`SELECT 1 FROM zone_legs WHERE zone_id = ${first} FOR UPDATE`;
        await tx`SELECT pg_sleep(0.2)`;
        await tx`SELECT 1 FROM zone_legs WHERE zone_id = ${second} FOR UPDATE`;
      });
    const [one, other] = two.pools;
    const ends = await Promise.allSettled([lock(one, 'stalls', 'standing'), lock(other, 'standing', 'stalls')]);
    expect(ends.filter((end) => end.status === 'rejected')).toMatchObject([{ reason: { code: '40P01' } }]);
  });

  it('bring the same owners in opposite orders to different zones: each owner gets one, and nobody an error', async () => {
    const owners = Array.from({ length: 20 }, () => newId());
    const seats = owners.map((owner, i) => draft([`s${i + 1}`], 0, owner));
    const others = owners.map((owner, i) => draft([`s${i + 21}`], 0, owner));
    for (const other of others) other.row.items = other.row.items.map((item) => ({ ...item, zoneId: 'standing' }));
    await world.sql`UPDATE zone_legs SET capacity = 60 WHERE zone_id = 'standing'`;
    const results = await Promise.all([
      ...seats.map((wanted) => two.commit(wanted)),
      ...others.toReversed().map((wanted) => two.commit(wanted, 1)),
    ]);
    expect([count(results, 'booked'), count(results, 'limit_reached')]).toEqual([20, 20]);
    expect(await deadlocks()).toBe(0);
  });

  it('book one hold with two keys: one booking; and one key twice: one booking, answered twice', async () => {
    const wanted = draft(['s1']);
    const sameHold = draft(['s1']);
    sameHold.row.holdId = wanted.row.holdId;
    const held = await commitAll([wanted, sameHold]);
    expect([count(held, 'booked'), count(held, 'hold_already_booked')]).toEqual([1, 1]);

    const [first, again] = [draft(['s2']), draft(['s2'])];
    again.keyed = first.keyed;
    again.row = { ...again.row, holdId: first.row.holdId, owner: first.row.owner };
    const keyed = await commitAll([first, again]);
    const answers = keyed.flatMap((result) => (result.outcome === 'booked' ? [result.answer] : []));
    expect(answers.filter((answer) => answer.replayed)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.json)).size).toBe(1);
    expect(await commitTogether({ ...draft(['s3']), keyed: { ...first.keyed, bodyHash: 'other' } })).toEqual([
      { outcome: 'key_reused' },
    ]);
  });

  it('count the places of one buyer together, also at once and in different zones', async () => {
    await world.sql`UPDATE performances SET places_per_buyer = 4`;
    const results = await commitAll(
      Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? draft([], 1) : draft([`s${i}`]))),
    );
    expect([count(results, 'booked'), count(results, 'limit_reached')]).toEqual([4, 8]);
    expect(results).toContainEqual({ outcome: 'limit_reached', limit: 4 });
    const else_ = draft(['s50']);
    else_.row.buyer = { ...else_.row.buyer, emailNormalised: 'else@example.org' };
    expect(await commitTogether(else_)).toMatchObject([{ outcome: 'booked' }]);
  });
});

describe('a batch', () => {
  it('refuses nobody for one that is refused itself', async () => {
    await two.commit(draft(['s1']));
    const seats = await commitTogether(draft(['s1', 's2']), draft(['s2']), draft(['s2', 's3']), draft(['s3']));
    expect(seats).toMatchObject([
      { outcome: 'seats_unavailable', seats: ['s1'] },
      { outcome: 'booked' },
      { outcome: 'seats_unavailable', seats: ['s2'] },
      { outcome: 'booked' },
    ]);
    expect(await commitTogether(draft([], 3), draft([], 3), draft([], 2))).toMatchObject([
      { outcome: 'booked' },
      { outcome: 'zone_sold_out', zoneId: 'standing', available: 2 },
      { outcome: 'booked' },
    ]);
  });

  it('lets legs of a run that do not overlap have the same seat, and only those', async () => {
    await world.sql`INSERT INTO zone_legs (performance_id, zone_id, leg, capacity) SELECT ${SHOW}, 'stalls', leg, 60 FROM generate_series(1, 2) leg`;
    const over = (from: number, to: number): BookingDraft => {
      const wanted = draft(['s1']);
      return { ...wanted, row: { ...wanted.row, legs: [from, to] } };
    };
    expect(await commitTogether(over(0, 2), over(1, 3), over(2, 3), over(0, 3))).toMatchObject([
      { outcome: 'booked' },
      { outcome: 'seats_unavailable', seats: ['s1'] },
      { outcome: 'booked' },
      { outcome: 'seats_unavailable', seats: ['s1'] },
    ]);
    // A leg that the zone has no row for has nothing to sell.
    const beyond = draft(['s2']);
    expect(await commitTogether({ ...beyond, row: { ...beyond.row, legs: [2, 4] } })).toEqual([
      { outcome: 'zone_sold_out', zoneId: 'stalls', available: 0 },
    ]);
  });

  it('replaces an answer that is too old to count', async () => {
    const first = draft(['s1']);
    await commitTogether(first);
    await world.sql`UPDATE idempotency_keys SET created_at = now() - interval '25 hours'`;
    await world.sql`UPDATE bookings SET status = 'cancelled'`;
    const again = draft(['s2']);
    again.keyed = first.keyed;
    expect(await commitTogether(again)).toMatchObject([{ outcome: 'booked', answer: { replayed: false } }]);
  });

  it('is written once when its connection is cut while it waits, and everybody is told so', async () => {
    const drafts = Array.from({ length: 30 }, (_, i) => draft([`s${i + 1}`]));
    const results: Promise<CommitOutcome[]>[] = [];
    await world.sql.begin(async (tx) => {
      await tx`SELECT 1 FROM zone_legs FOR UPDATE`;
      results.push(commitAll(drafts));
      const cut = () => world.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      for (let cuts = 0; cuts < 2; cuts += (await cut()).length);
    });
    for (const result of (await Promise.all(results)).flat())
      expect(result).toMatchObject({ outcome: 'booked', answer: { replayed: false } });
    expect(await world.sql`SELECT 1 FROM bookings`).toHaveLength(30);
    expect(await sold('stalls')).toBe(30);
  });

  it('takes nobody with it who can be written when one can’t be', async () => {
    const poison = draft(['s2']);
    poison.row.currency = 'not a currency';
    const results = await commitTogether(draft(['s1']), poison, draft(['s3']));
    expect(results).toMatchObject([{ outcome: 'booked' }, { outcome: 'failed' }, { outcome: 'booked' }]);
  });
});
