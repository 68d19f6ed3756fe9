import { afterAll, beforeAll, expect, it } from 'vitest';
import { countAdmissions } from '../../db/queries/operator-rooms.ts';
import { newId } from '../../platform/id.ts';
import { startCoreWorld, ROOM, SHOW, type CoreWorld } from '../core-world.fixture.ts';
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
  await sql`INSERT INTO sign_in_codes (address_hash, code_hash, expires_at)
    SELECT sha256(n::text::bytea), sha256(''), now() FROM generate_series(1, 25) AS n`;
  await sql`WITH ada AS (INSERT INTO accounts (id, email) VALUES (gen_random_uuid(), 'ada@example.org') RETURNING id)
    INSERT INTO account_sessions (token_hash, account_id, expires_at)
    SELECT sha256(n::text::bytea), id, now() + (n / 26) * interval '1 day' FROM ada, generate_series(1, 26) AS n`;
  expect(await tidy(world.deps, () => false, 10)).toBe(200);
  expect(await rows()).toEqual(before);
  expect(await countAdmissions(sql, ROOM)).toBe(total + 25);
  expect(await tidy(world.deps)).toBe(0);
});

it('keeps reports for a month, and those of a room’s present epoch as long as that lasts', async () => {
  const { sql } = world;
  await sql`DELETE FROM reconciliations`;
  await sql`INSERT INTO reconciliations (id, slot, performance_id, requested_by, finished_at)
    SELECT gen_random_uuid(), slot, ${SHOW}, 'schedule', now() - days * interval '1 day' FROM (VALUES
      ('hour:old', 36), ('hour:new', 34), ('epoch:' || ${SHOW} || ':6', 36), ('epoch:' || ${SHOW} || ':7', 36),
      ('hour:unfinished', NULL)) AS report (slot, days)`;
  await sql`INSERT INTO reconciliation_differences (reconciliation_id, ordinal, kind, subject, details, outcome)
    SELECT id, 1, 'kind', 'subject', '{}', 'left' FROM reconciliations`;
  await sql`UPDATE rooms SET epoch = 7 WHERE id = ${ROOM}`;
  expect(await tidy(world.deps, () => false, 1)).toBe(2);
  const rows = await sql<{ slot: string }[]>`SELECT slot FROM reconciliations
    JOIN reconciliation_differences ON reconciliation_id = id ORDER BY slot`;
  expect(rows.map(({ slot }) => slot)).toEqual([`epoch:${SHOW}:7`, 'hour:new', 'hour:unfinished']);
});

it('deletes what endpoints took a week ago, and all that was meant for one that is gone', async () => {
  const { sql } = world;
  const [kept, gone] = [newId(), newId()];
  await sql`INSERT INTO webhook_endpoints (id, url, events, secret, deleted_at)
    VALUES (${kept}, '', '{}', '', NULL), (${gone}, '', '{}', '', now())`;
  await sql`INSERT INTO webhook_deliveries (endpoint_id, event_id, type, done_at, dead_at)
    SELECT endpoint::uuid, gen_random_uuid(), kind, now() - done * interval '1 day', now() - dead * interval '1 day'
    FROM (VALUES ('old', 8, NULL), ('new', 6, NULL), ('dead', NULL, 400), ('due', NULL, NULL)) AS one (kind, done, dead),
      unnest(ARRAY[${kept}, ${gone}]) AS endpoint`;
  await tidy(world.deps, () => false, 1);
  const rows = await sql<
    { gone: boolean; type: string }[]
  >`SELECT endpoint_id = ${gone} AS gone, type FROM webhook_deliveries ORDER BY 1, 2`;
  expect(rows.map((row) => [row.gone, row.type])).toEqual([
    [false, 'dead'],
    [false, 'due'],
    [false, 'new'],
    [true, 'new'],
  ]);
});
