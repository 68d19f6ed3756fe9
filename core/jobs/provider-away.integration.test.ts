import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { HARD_CAP_MS } from '../bookings/expire-booking.ts';
import type { BookingDraft } from '../bookings/commit-booking.ts';
import { draft } from '../bookings/draft.fixture.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { createProviderCall } from '../payments/provider-calls.ts';
import { createProviders } from '../payments/provider.ts';
import { createSandboxProvider } from '../payments/sandbox-provider.ts';
import { runBatch } from './run-batch.ts';
import { runExpiry } from './run-expiry.ts';

const BOOKINGS = 120;
/** Paid at the provider, which told nobody and could not be asked before the cap. */
const PAID = 30;
/** Places left when the provider comes back: others have bought the rest meanwhile. */
const LEFT = 20;
/** How long a sweep over all of them may take, ms, however the provider is away: less than its lease, or another process would ask too. */
const SWEEP_MS = 10_000;
/** What a breaker lets through: failures that open it, one more for each place at which a sweep asks at once, and one probe. */
const MOST_CALLS = 15;

let world: CoreWorld;
/** Calls that reached the provider's door. */
let calls = 0;
beforeAll(async () => {
  world = await startCoreWorld({ standing: BOOKINGS });
  const { url, webhookSecret } = world.deps.config.payments.sandbox ?? { url: '', webhookSecret: '' };
  const count: typeof fetch = (...asked) => {
    calls += 1;
    return fetch(...asked);
  };
  const call = createProviderCall(url, count);
  world.deps.payments = createProviders(createSandboxProvider({ url, webhookSecret, call }));
});
afterAll(() => world.close());

/** Moves the end of all unpaid bookings to so long ago; Postgres's clock is the one that counts. */
const overdueBy = (ms: number) =>
  world.sql`UPDATE bookings SET pay_by = now() - make_interval(secs => ${ms / 1000}), expiry_retry_at = NULL
    WHERE status = 'pending_payment'`;
const counts = async () => {
  const rows = await world.sql<{ status: string; count: number }[]>`
    SELECT status, count(*)::int AS count FROM bookings GROUP BY status`;
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
};
const sold = async () =>
  (await world.sql<{ sold: number }[]>`SELECT sold FROM zone_legs WHERE zone_id = 'standing'`)[0]?.sold;
/** One sweep; what it cost in time and calls. */
async function sweep(): Promise<{ took: number; calls: number }> {
  const [began, before] = [performance.now(), calls];
  await runExpiry(world.deps);
  return { took: performance.now() - began, calls: calls - before };
}

async function openAtProvider(
  { row: { payment, totalMinor, currency } }: BookingDraft,
  isPaid: boolean,
): Promise<void> {
  const wanted = { paymentId: payment.id, amountMinor: totalMinor, currency, returnUrl: 'http://127.0.0.1:9/' };
  await world.sql`UPDATE payments SET requested_at = now() WHERE id = ${payment.id}`;
  expect((await world.sandbox('POST', '/payments', wanted)).status).toBe(201);
  if (!isPaid) return;
  expect((await world.sandbox('POST', `/payments/${payment.id}/complete`, { outcome: 'succeed' })).status).toBe(200);
}

it('a provider that stays away keeps the places of 120 unpaid bookings up to the hard cap and no longer, and what was paid is settled', async () => {
  await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
  const drafts = Array.from({ length: BOOKINGS }, () => draft([], 1));
  await Promise.all(drafts.map((wanted) => world.deps.commits.bookings.commit(wanted)));
  await runBatch([...drafts.entries()], ([n, wanted]) => openAtProvider(wanted, n < PAID));
  await world.drain();

  for (const fault of [{ down: true }, { latencyMs: 10_000 }]) {
    await world.sandbox('PATCH', '/faults', { down: false, ...fault });
    for (const overdueMs of [0, HARD_CAP_MS / 2, HARD_CAP_MS - 30_000]) {
      await overdueBy(overdueMs);
      const cost = await sweep();
      expect(cost.calls).toBeLessThanOrEqual(MOST_CALLS);
      expect(cost.took).toBeLessThan(SWEEP_MS);
      expect([await counts(), await sold()]).toEqual([{ pending_payment: BOOKINGS }, BOOKINGS]);
    }
  }

  await overdueBy(HARD_CAP_MS);
  const cost = await sweep();
  expect(cost.calls).toBeLessThanOrEqual(MOST_CALLS);
  expect(cost.took).toBeLessThan(SWEEP_MS);
  expect([await counts(), await sold()]).toEqual([{ expired: BOOKINGS }, 0]);
  await world.drain();
  expect((await world.call('GET', '/v1/performances/gala/availability')).body['zones']).toContainEqual({
    id: 'standing',
    available: BOOKINGS,
  });

  const others = Array.from({ length: BOOKINGS - LEFT }, () => draft([], 1));
  await Promise.all(others.map((wanted) => world.deps.commits.bookings.commit(wanted)));
  await world.sandbox('PATCH', '/faults', { latencyMs: 0 });
  // What was put off while the provider was away is due again at once; its breaker lets nobody through for a moment.
  await vi.waitFor(
    async () => {
      await world.sql`UPDATE outbox SET due_at = now() WHERE done_at IS NULL`;
      await world.drain();
      expect(await world.sql`SELECT 1 FROM outbox WHERE done_at IS NULL`).toHaveLength(0);
    },
    { timeout: 15_000, interval: 100 },
  );
  expect(await counts()).toEqual({
    pending_payment: BOOKINGS - LEFT,
    confirmed: LEFT,
    refunded: PAID - LEFT,
    expired: BOOKINGS - PAID,
  });
  expect(await sold()).toBe(BOOKINGS);
  const ledger = (await world.sandbox('GET', '/payments')).body['items'];
  expect(sumOf(ledger, 'capturedMinor') - sumOf(ledger, 'refundedMinor')).toBe(LEFT * 2000);
  expect(await world.sql`SELECT 1 FROM outbox WHERE dead_at IS NOT NULL`).toHaveLength(0);
}, 60_000);

const sumOf = (rows: unknown, name: 'capturedMinor' | 'refundedMinor'): number =>
  v.parse(ledgerSchema, rows).reduce((sum, row) => sum + row[name], 0);
const ledgerSchema = v.array(v.object({ capturedMinor: v.number(), refundedMinor: v.number() }));
