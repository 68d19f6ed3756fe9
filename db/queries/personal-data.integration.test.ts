import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../../local-stack/test-stack.ts';
import { connectDatabase, type Sql } from '../connect.ts';

/** Columns that could say who somebody is, by their names. */
const SUSPICIOUS =
  '(e_?mail|buyer|name|passenger|phone|address|subject|identity|person|holder|recipient|endpoint|subscription|payload|message|details|owner|actor|before|after)';

/** Erased with the person (personal-data.ts), or gone with the account. */
const ERASED = new Set([
  'accounts.email',
  'account_identities.subject',
  'sign_in_codes.address_hash',
  'bookings.buyer_name',
  'bookings.buyer_email',
  'bookings.email_normalised',
  'bookings.passengers',
  'bookings.identity',
  'entry_tickets.holder_name',
  'entry_tickets.holder_email',
  'entry_tickets.holder_email_normalised',
  'notifications.address',
  'notifications.address_hash',
  'notifications.payload',
  'push_subscriptions.endpoint_hash',
  'push_subscriptions.subscription',
  'turn_notices.address',
  'turn_notices.address_hash',
  'turn_notices.email_normalised',
  'waitlist_entries.email',
  'waitlist_entries.email_normalised',
  'waitlist_entries.name',
]);

/** Says nothing of a customer: names of things, operators (who are named on purpose), random ids of queue tickets, amounts. */
const HARMLESS = new Set([
  'audit.actor',
  'audit.after',
  'audit.before',
  'audit.subject',
  'blocks.name',
  'booking_history.actor',
  'booking_history.details',
  'bookings.owner',
  'check_in_conflicts.actor',
  'check_ins.actor',
  'event_documents.name',
  'event_search.name',
  'events.name',
  'outbox.payload',
  'performance_moves.booked_before',
  'performance_moves.messages',
  'performance_stops.name',
  'performances.places_per_buyer',
  'reconciliation_differences.details',
  'reconciliation_differences.subject',
  'rooms.identity_keys',
  'rooms.message',
  'rooms.name',
  'rooms.require_identity',
  'seat_map_zones.name',
  'seat_maps.name',
  'station_names.name',
  'venues.name',
  'webhook_inbox.payload',
  'zones.name',
]);

let postgres: TestPostgres;
let sql: Sql;
beforeAll(async () => {
  postgres = await startTestPostgres();
  sql = connectDatabase((await postgres.createDatabase()).url, { max: 1 });
});
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await postgres.stop();
});

it('every column that could say who somebody is is erased with the person, or known not to say it', async () => {
  const columns = await sql<{ name: string }[]>`SELECT table_name || '.' || column_name AS name
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
      AND column_name ~ ${SUSPICIOUS} AND column_name !~ '_id$' ORDER BY 1`;
  const names = columns.map(({ name }) => name);
  expect(names.filter((name) => !ERASED.has(name) && !HARMLESS.has(name))).toEqual([]);
});
