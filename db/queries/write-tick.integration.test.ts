import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../../local-stack/test-stack.ts';
import { connectDatabase, type Sql } from '../connect.ts';
import { writeTick, type TicketFact } from './write-tick.ts';

const START_MS = Date.parse('2026-01-01T10:00:00Z');
const ENDED = 20;
let postgres: TestPostgres;
let sql: Sql;
beforeAll(async () => {
  postgres = await startTestPostgres();
  // One connection, whose counts of what it read come before its next answer.
  sql = connectDatabase((await postgres.createDatabase()).url, { max: 1 });
  await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds,
      claim_window_seconds, queueing_method, hold_limit, joins_per_client_per_minute, draw_seed)
    SELECT id, id, 60, 100, 600, 30, 'fifo', 6, 60, 'seed' FROM unnest('{old,new}'::text[]) AS r (id)`;
});
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await postgres.stop();
});

/** Open admissions of a room, a thousand a tick. */
const fill = (room: string, count: number) => sql`
  INSERT INTO admissions (room, ticket_id, tick, lane, score, admitted_at, live_until)
  SELECT ${room}, lpad(i::text, 22, '0'), i / 1000, 'general', i, to_timestamp(${START_MS / 1000} + i / 1000), now() + interval '1 day'
  FROM generate_series(1, ${count}::int) AS i`;

/** Rows that all statements of this connection read by the table's indexes so far. */
async function entriesRead(): Promise<number> {
  await sql`SELECT pg_stat_force_next_flush()`;
  const [row] = await sql<{ count: number }[]>`
    SELECT sum(idx_tup_read)::int AS count FROM pg_stat_user_indexes WHERE relname = 'admissions'`;
  return row?.count ?? 0;
}

it('finds each ticket’s admission by itself, also in a room that Postgres has not counted yet', async () => {
  await fill('old', 30_000);
  await sql`ANALYZE admissions`;
  await fill('new', 5000);
  const before = await entriesRead();
  const facts = Array.from({ length: ENDED }, (_, i): TicketFact => ({
    what: 'left',
    id: String(i + 1).padStart(22, '0'),
    atMs: START_MS + 60_000,
    untilMs: 0,
    expMs: 0,
  }));
  const tick = { room: 'new', epoch: 0, tick: 7, previous: 6, redisRunId: null, atMs: START_MS + 60_000, opened: true };
  expect(await writeTick(sql, { ...tick, liveUntilMs: 0, admitted: [], facts, autopilot: null, lanes: [] })).toBe(
    'written',
  );
  // To look it up, and to change it.
  expect((await entriesRead()) - before).toBeLessThanOrEqual(4 * ENDED);
  expect(await sql`SELECT 1 FROM admissions WHERE room = 'new' AND end_reason = 'left'`).toHaveLength(ENDED);
});
