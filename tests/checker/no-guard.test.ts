import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBookingCommits, type BookingDraft } from '../../core/bookings/commit-booking.ts';
import { draft } from '../../core/bookings/draft.fixture.ts';
import { openCoreWorld, type CoreWorld } from '../../core/core-world.fixture.ts';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { checkHistory } from './check-history.ts';
import type { Told } from './history.ts';
import { readStoredState } from './read-state.ts';

/** Books a draft; true once it may be acknowledged. */
type Book = (draft: BookingDraft) => Promise<boolean>;

describe('the history checker, over a crowd at few seats', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let world: CoreWorld;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  });
  afterAll(() => Promise.all([redis.stop(), postgres.stop()]));
  beforeEach(async () => {
    world = await openCoreWorld(postgres, redis);
    return () => world.close();
  });

  /** Eighty buyers, at once, for five seats and five standing places. Returns what they were told. */
  async function storm(book: Book): Promise<Told[]> {
    const wanted = Array.from({ length: 80 }, (_, i) => draft(i % 2 === 0 ? [`s${(i % 5) + 1}`] : [], i % 2));
    const booked = await Promise.all(wanted.map(book));
    return wanted.flatMap(({ row }, i) =>
      booked[i] === true
        ? [
            {
              kind: 'booked' as const,
              bookingId: row.id,
              holdId: row.holdId,
              seats: row.items.flatMap((item) => item.seatId ?? []),
              places: row.items.some((item) => item.seatId === null) ? { standing: 1 } : {},
              totalMinor: row.totalMinor,
              currency: row.currency,
            },
          ]
        : [],
    );
  }

  it('finds nothing wrong with core', async () => {
    const commits = createBookingCommits(world.sql);
    const told = await storm(async (one) => (await commits.commit(one)).outcome === 'booked');
    await world.drain();
    expect(told).toHaveLength(10);
    expect(checkHistory(told, await readStoredState(world.sql))).toEqual([]);
  });

  it('finds the seats that B0, which looks and then inserts, sells twice: the control', async () => {
    await world.sql`ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_sold_once`;
    await world.sql`ALTER TABLE zone_legs DROP CONSTRAINT zone_legs_never_oversold`;
    const told = await storm((one) => bookWithoutGuard(world, one));
    const wrong = checkHistory(told, await readStoredState(world.sql)).join('\n');
    expect(wrong).toMatch(/seat gala\/s\d\/0 is sold \d+ times/);
    expect(wrong).toMatch(/zone gala\/standing\/0 has 5 places, \d+ are sold/);
  });
});

/** B0, the pattern of many tutorials: look whether it is free, then insert. No lock, no constraint. */
async function bookWithoutGuard({ sql }: CoreWorld, { row }: BookingDraft): Promise<boolean> {
  const seats = row.items.flatMap((item) => item.seatId ?? []);
  const taken = await sql`SELECT 1 FROM seat_claims WHERE seat_id = ANY (${seats})`;
  const full =
    await sql`SELECT 1 FROM zone_legs WHERE zone_id = ANY (${row.items.map((item) => item.zoneId)}) AND sold >= capacity`;
  if (taken.length > 0 || full.length > 0) return false;
  await sql`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised,
      access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
    VALUES (${row.id}, ${row.holdId}, ${row.performanceId}, ${row.owner}, 'pending_payment', '', '', '',
      ${Buffer.from(row.accessTokenHash)}, ${row.totalMinor}, ${row.currency}, 0, 1, ${row.payBy})`;
  for (const [line, item] of row.items.entries()) {
    await sql`INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor)
      VALUES (${row.id}, ${line}, ${item.zoneId}, ${item.seatId}, ${item.quantity}, ${item.priceMinor})`;
    await sql`UPDATE zone_legs SET sold = sold + ${item.quantity} WHERE zone_id = ${item.zoneId}`;
    if (item.seatId !== null)
      await sql`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
        VALUES (${row.performanceId}, ${item.seatId}, 0, ${row.id}, ${item.zoneId}, 'pending')`;
  }
  return true;
}
