import type { Redis } from 'ioredis';
import { connectDatabase, type Sql } from '../db/connect.ts';
import { listRooms, type RoomRow } from '../db/queries/rooms.ts';
import { startTestPostgres, startTestRedis, type TestRedis } from '../local-stack/test-stack.ts';
import { newTicketId } from '../platform/random.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { answerCall } from '../redis/room/answer.ts';
import { joinRoom } from '../redis/room/join.ts';
import type { PlaceFacts } from '../redis/room/place-reply.ts';
import type { TicketRef } from '../redis/room/ticket-keys.ts';
import type { TickClient } from '../redis/script-client.ts';
import { scriptsWithTestClock, setTestClock } from '../redis/test-clock.ts';
import { admit, type AdmitOutcome, type Stores } from './admit.ts';
import { askDirectly } from './ask-postgres.ts';
import { restore } from './restore.ts';

export const ROOM = 'demo';
export const START = 1_800_000_000_000;
const LANE = 'general';
const DAY_MS = 86_400_000;

/** One room on a Postgres and a Redis of the test's own; time stands still until it is moved. */
export type RoomWorld = {
  redis: Redis;
  testRedis: TestRedis;
  scripts: TickClient;
  sql: () => Sql;
  /** Both, as `admit` and `restore` take them. */
  stores: () => Stores;
  now: () => number;
  /** Begins anew: empty stores, time at START. */
  reset(): Promise<void>;
  /** The room's row as it stands in Postgres. */
  row(): Promise<RoomRow>;
  /** Makes the room and lets it tick until everyone knows its first nearTo. */
  openRoom(
    settings?: Partial<Record<'rate' | 'capacity' | 'session' | 'claim', number>>,
    opensAt?: Date | null,
  ): Promise<void>;
  advance(ms: number): Promise<void>;
  /** Runs so many ticks, a second each. */
  ticks(count: number): Promise<AdmitOutcome[]>;
  join(ticketId?: string): Promise<TicketRef>;
  ask(ticket: TicketRef, claims?: boolean): Promise<PlaceFacts>;
  close(): Promise<void>;
};

/** The ids that these ticks admitted, in their order. */
export const admittedIds = (outcomes: AdmitOutcome[]): string[] =>
  outcomes.flatMap((outcome) => (outcome.status === 'admitted' ? outcome.result.admitted.map(({ id }) => id) : []));

/** Starts the stores. `reset` before each test, `close` at the end. */
export async function startRoomWorld(): Promise<RoomWorld> {
  const [postgres, testRedis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const redis = connectRedis(testRedis.url);
  await redis.connect();
  const scripts = createNodeScriptClient(redis, scriptsWithTestClock());
  let sql = connectDatabase(postgres.adminUrl, { max: 1 });
  let now = START;
  const world: RoomWorld = {
    redis,
    testRedis,
    scripts,
    sql: () => sql,
    stores: () => ({ postgres: askDirectly(sql), scripts }),
    now: () => now,
    async reset() {
      await testRedis.flush();
      await sql.end();
      sql = connectDatabase((await postgres.createDatabase()).url, { max: 4 });
      now = START;
      await setTestClock(redis, now);
    },
    async row() {
      const [room] = await listRooms(sql);
      if (room === undefined) throw new Error('the test made no room');
      return room;
    },
    async openRoom({ rate = 600, capacity = 100, session = 600, claim = 120 } = {}, opensAt = null) {
      await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
        queueing_method, opens_at, hold_limit, joins_per_client_per_minute, draw_seed)
        VALUES (${ROOM}, 'Demo', ${rate}, ${capacity}, ${session}, ${claim}, 'fifo', ${opensAt}, 6, 1000, 'seed')`;
      await restore(world.stores(), await world.row());
      await world.ticks(8);
    },
    async advance(ms) {
      now += ms;
      await setTestClock(redis, now);
    },
    async ticks(count) {
      const outcomes: AdmitOutcome[] = [];
      for (let i = 0; i < count; i++) {
        await world.advance(1000);
        outcomes.push(await admit(world.stores(), await world.row()));
      }
      return outcomes;
    },
    async join(ticketId = newTicketId()) {
      const ticket = { room: ROOM, ticketId, lane: LANE, expMs: now + DAY_MS };
      const place = await joinRoom(scripts, { ...ticket, drawFraction: 0.5 });
      return { ...ticket, ...(place.score === null ? {} : { score: place.score }) };
    },
    ask: (ticket, claims = true) => answerCall(scripts, ticket, claims),
    async close() {
      redis.disconnect();
      await sql.end();
      await Promise.all([testRedis.stop(), postgres.stop()]);
    },
  };
  return world;
}
