import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../db/connect.ts';
import { eachClaimedBookings } from '../../db/queries/read-claims.ts';
import { createManualClock } from '../../platform/clock.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { type CoreWorld, openCore } from '../core.fixture.ts';
import { createInventory } from './inventory.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
});
afterAll(() => world.close());

it('a version never goes back while Redis is away: what was shown last still counts', async () => {
  const performance = await world.deps.catalogue.performance('concert-1');
  if (performance === null) throw new Error('the fixture has a concert');
  await world.deps.inventory.load(performance);
  let away = false;
  const scripts: typeof world.deps.scripts = {
    ...world.deps.scripts,
    run: (script, keys, args) =>
      away ? Promise.reject(new OperatingError('store_unavailable')) : world.deps.scripts.run(script, keys, args),
  };
  const clock = createManualClock(1_800_000_000_000);
  const inventory = createInventory({ ...world.deps, scripts, clock });
  const { version } = await inventory.snapshot(performance);
  expect(version).not.toMatch(/\.0$/);
  away = true;
  clock.advance(1001);
  expect((await inventory.snapshot(performance)).version).toBe(version);
  const fresh = createInventory({ ...world.deps, scripts, clock });
  expect((await fresh.snapshot(performance)).version).toMatch(/\.0$/);
});

it('bookings are read to the last by a load that takes longer than a statement may', async () => {
  for (const hold of ['one', 'two', 'three'])
    await world.sql`WITH made AS (
        INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, access_token_hash,
          total_minor, currency, from_leg, to_leg, pay_by)
        VALUES (${newId()}, ${hold}, 'concert-1', ${hold}, 'confirmed', 'Ada', 'ada@example.org', 'ada@example.org',
          sha256(${hold}::text::bytea), 2000, 'EUR', 0, 1, now()) RETURNING id)
      INSERT INTO booking_items (booking_id, line, zone_id, quantity, price_minor) SELECT id, 0, 'standing', 1, 2000 FROM made`;
  const [statementTimeoutMs, pauseMs] = [300, 250];
  const sql = connectDatabase(world.deps.config.databaseUrl, { max: 1, statementTimeoutMs });
  const taken: string[] = [];
  const isWhole = await eachClaimedBookings(sql, { performanceId: 'concert-1', size: 1 }, async (rows) => {
    await sleep(pauseMs);
    taken.push(...rows.map((row) => row.holdId));
    return true;
  });
  expect([isWhole, taken.toSorted()]).toEqual([true, ['one', 'three', 'two']]);
  // A cursor's pauses count: without a bound of its own the statement is cancelled, and the bound does not outlive the load.
  const bounded = async () => {
    for await (const _rows of sql`SELECT hold_id FROM bookings`.cursor(1)) await sleep(pauseMs);
  };
  await expect(bounded()).rejects.toThrow('statement timeout');
  await sql.end();
});
