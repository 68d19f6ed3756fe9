import { afterAll, beforeAll, expect, it } from 'vitest';
import { countAdmissions } from '../../db/queries/operator-rooms.ts';
import { startCoreWorld, ROOM, type CoreWorld } from '../core-world.fixture.ts';
import { tidy } from './tidy.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await startCoreWorld();
});
afterAll(() => world.close());

it('deletes what no longer matters, in batches until nothing is left, and nothing else', async () => {
  const { sql } = world;
  const booked = await world.book(await world.holdSeats(['s1']));
  const [bookingId, paymentId] = [
    String(booked.body['bookingId']),
    (booked.body['payment'] as { paymentId: string }).paymentId,
  ];
  await world.drain();
  const rows = async () => {
    const [row] =
      await sql`SELECT (SELECT count(*)::int FROM outbox) AS outbox, (SELECT count(*)::int FROM webhook_inbox) AS inbox,
      (SELECT count(*)::int FROM spent_tickets) AS spent, (SELECT count(*)::int FROM admissions) AS admissions,
      (SELECT count(*)::int FROM idempotency_keys) AS keys, (SELECT count(*)::int FROM checkout_codes) AS codes`;
    return { ...row };
  };
  await sql`INSERT INTO spent_tickets SELECT ${ROOM}, 'new', now() + interval '1 minute'`;
  await sql`INSERT INTO admissions (room, ticket_id, tick, lane, score, admitted_at, live_until, ended_at)
    VALUES (${ROOM}, 'live', 1, 'general', 1, now(), now(), NULL), (${ROOM}, 'yesterday', 1, 'general', 1, now(), now(), now() - interval '47 hours')`;
  await sql`INSERT INTO outbox (id, booking_id, version, kind, payload, done_at) VALUES
    (gen_random_uuid(), ${bookingId}, 1, 'payment.refund', '{}', now() - interval '1 year'),
    (gen_random_uuid(), ${bookingId}, 1, 'inventory.apply', '{}', now() - interval '6 days'),
    (gen_random_uuid(), ${bookingId}, 1, 'inventory.apply', '{}', NULL)`;
  await sql`INSERT INTO webhook_inbox (provider, event_id, payload, dead_at) VALUES ('sandbox', 'dead', '{}', now() - interval '1 year')`;
  const before = await rows();
  const total = await countAdmissions(sql, ROOM);

  await sql`INSERT INTO spent_tickets SELECT ${ROOM}, n::text, now() FROM generate_series(1, 25) AS n`;
  await sql`INSERT INTO admissions (room, ticket_id, tick, lane, score, admitted_at, live_until, ended_at)
    SELECT ${ROOM}, n::text, 1, 'general', n, now(), now(), now() - interval '49 hours' FROM generate_series(1, 25) AS n`;
  await sql`INSERT INTO outbox (id, booking_id, version, kind, payload, done_at)
    SELECT gen_random_uuid(), ${bookingId}, 1, 'inventory.apply', '{}', now() - interval '8 days' FROM generate_series(1, 25)`;
  await sql`INSERT INTO webhook_inbox (provider, event_id, payload, processed_at)
    SELECT 'sandbox', n::text, '{}', now() - interval '8 days' FROM generate_series(1, 25) AS n`;
  await sql`INSERT INTO idempotency_keys (caller, key, body_hash, status, answer, created_at)
    SELECT 'caller', n::text, '', 201, '', now() - interval '25 hours' FROM generate_series(1, 25) AS n`;
  await sql`INSERT INTO checkout_codes (code_hash, payment_id, expires_at)
    SELECT sha256(n::text::bytea), ${paymentId}, now() FROM generate_series(1, 25) AS n`;
  expect(await tidy(world.deps, () => false, 10)).toBe(150);
  expect(await rows()).toEqual(before);
  expect(await countAdmissions(sql, ROOM)).toBe(total + 25);
  expect(await tidy(world.deps)).toBe(0);
});
