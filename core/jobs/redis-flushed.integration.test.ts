import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { roomKeys } from '../../redis/keys.ts';
import type { BookingDraft } from '../bookings/commit-booking.ts';
import { draft } from '../bookings/draft.fixture.ts';
import { ROOM, SHOW, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { startJobs } from './jobs.ts';
import { runBatch } from './run-batch.ts';

const BOOKINGS = 100;
/** Of these the payment was told before the loss, not yet worked on; as many more were paid and told to nobody. */
const TOLD = 25;

let world: CoreWorld;
beforeAll(async () => {
  world = await startCoreWorld({ standing: 2 * BOOKINGS });
});
afterAll(() => world.close());

/** Bookings that have come into Redis, each of one place. */
async function book(): Promise<BookingDraft[]> {
  const drafts = Array.from({ length: BOOKINGS }, () => draft([], 1));
  await Promise.all(drafts.map((wanted) => world.deps.commits.bookings.commit(wanted)));
  await world.drain();
  expect(await world.sql`SELECT 1 FROM bookings WHERE status = 'pending_payment'`).toHaveLength(BOOKINGS);
  return drafts;
}

/** Pays at the provider, as the checkout leads to. */
async function pay({ row: { payment, totalMinor, currency } }: BookingDraft): Promise<void> {
  const wanted = { paymentId: payment.id, amountMinor: totalMinor, currency, returnUrl: 'http://127.0.0.1:9/' };
  await world.sql`UPDATE payments SET requested_at = now() WHERE id = ${payment.id}`;
  expect((await world.sandbox('POST', '/payments', wanted)).status).toBe(201);
  expect((await world.sandbox('POST', `/payments/${payment.id}/complete`, { outcome: 'succeed' })).status).toBe(200);
}

it('Redis flushed while 100 bookings are unpaid: by payBy each is confirmed or freed, and none waits for a person', async () => {
  const booked = await book();
  await runBatch(booked.slice(0, TOLD), pay);
  await vi.waitFor(async () => expect(await world.sql`SELECT 1 FROM webhook_inbox`).toHaveLength(TOLD), {
    timeout: 10_000,
  });
  await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
  await runBatch(booked.slice(TOLD, 2 * TOLD), pay);
  await world.deps.redis.flushall();
  // What the admission worker does about it; the inventory comes back with the first job that misses it.
  await world.deps.redis.hset(roomKeys(ROOM).state, 'epoch', 2);
  await world.sql`UPDATE bookings SET pay_by = now()`;
  const jobs = startJobs({ ...world.deps, redisUrl: world.deps.config.redisUrl });
  try {
    await vi.waitFor(
      async () => {
        const statuses =
          await world.sql`SELECT status, count(*)::int AS count FROM bookings GROUP BY status ORDER BY status`;
        expect(statuses.map((row) => ({ ...row }))).toEqual([
          { status: 'confirmed', count: 2 * TOLD },
          { status: 'expired', count: BOOKINGS - 2 * TOLD },
        ]);
        expect(await world.sql`SELECT 1 FROM outbox WHERE done_at IS NULL`).toHaveLength(0);
      },
      { timeout: 40_000, interval: 100 },
    );
  } finally {
    await jobs.stop();
  }
  expect(await world.sql`SELECT 1 FROM webhook_inbox WHERE dead_at IS NOT NULL`).toHaveLength(0);
  expect(await world.sql`SELECT sold FROM zone_legs WHERE zone_id = 'standing'`).toMatchObject([{ sold: 2 * TOLD }]);
  const performance = await world.deps.catalogue.performance(SHOW);
  const shown = performance && (await world.deps.inventory.snapshot(performance));
  expect(shown?.version).toMatch(/^2\./);
  expect((await world.call('GET', `/v1/performances/${SHOW}/availability`)).body['zones']).toContainEqual({
    id: 'standing',
    available: 2 * BOOKINGS - 2 * TOLD,
  });
}, 60_000);
