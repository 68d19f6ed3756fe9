import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { toBatchColumns } from '../../db/queries/booking-batch.ts';
import { batchTables, judgement, writes } from '../../db/queries/write-bookings-sql.ts';
import { SHOW, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { toWrite } from './commit-booking.ts';
import { draft } from './draft.fixture.ts';

/** Bookings that Postgres knows of, all paid: the statistics of a quiet hour before a sale. */
const PAID = 5000;

let world: CoreWorld;
beforeAll(async () => {
  world = await startCoreWorld();
  await world.sql`INSERT INTO bookings (id, hold_id, performance_id, owner, identity, status, buyer_name, buyer_email, email_normalised,
      access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
    SELECT gen_random_uuid(), n::text, ${SHOW}, 'owner-' || n, 'identity-' || n, 'confirmed', 'Ada', n || '@e.org', n || '@e.org',
      sha256(n::text::bytea), 100, 'EUR', 0, 1, now() FROM generate_series(1, ${PAID}::int) n`;
  await world.sql`INSERT INTO booking_items (booking_id, line, zone_id, quantity, price_minor)
    SELECT id, 0, 'standing', 1, 100 FROM bookings`;
  await world.sql`UPDATE performances SET places_per_buyer = 4`;
  await world.sql`ANALYZE`;
});
afterAll(() => world.close());

/** The indexes by which a batch's statement asks its tables, planned as `inOneTrip` has it planned. */
async function indexesOf(isDueByStatus: boolean): Promise<Set<string>> {
  const columns = toBatchColumns([toWrite(draft(['s1'], 1), '{}')]);
  const rollBack = new Error('only looked');
  let lines: string[] = [];
  const look = world.sql.begin(async (tx) => {
    if (isDueByStatus)
      await tx`DROP INDEX bookings_due`.then(
        () => tx`CREATE INDEX bookings_due ON bookings (pay_by) WHERE status = 'pending_payment'`,
      );
    await tx`SET LOCAL enable_seqscan = off`;
    const rows = await tx`EXPLAIN (GENERIC_PLAN)
      WITH ${batchTables(tx, columns)}, ${judgement(tx, columns)}, ${writes(tx, columns, null)} SELECT 1 FROM refusal`;
    lines = v.parse(v.array(v.object({ 'QUERY PLAN': v.string() })), rows).map((row) => row['QUERY PLAN']);
    throw rollBack;
  });
  await expect(look).rejects.toBe(rollBack);
  return new Set(lines.flatMap((line) => /Index (?:Only )?Scan using (\w+)/.exec(line)?.[1] ?? []));
}

it('a batch asks each table by the key of what it looks for, also when the statistics know of nobody unpaid', async () => {
  const used = await indexesOf(false);
  for (const index of [
    'bookings_one_unpaid_per_owner',
    'bookings_of_email',
    'bookings_identity',
    'bookings_one_per_hold',
  ])
    expect(used).toContain(index);
  expect(used).not.toContain('bookings_due');
});

it('reads all who are unpaid where the index of what is due has no condition on pay_by: the control', async () => {
  expect(await indexesOf(true)).toContain('bookings_due');
});
