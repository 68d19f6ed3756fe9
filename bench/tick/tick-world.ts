import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { askDirectly } from '../../admission-worker/ask-postgres.ts';
import { restore } from '../../admission-worker/restore.ts';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { listRooms, type RoomRow } from '../../db/queries/rooms.ts';
import { startTestPostgres, startTestRedis } from '../../local-stack/test-stack.ts';
import { connectRedis, createNodeScriptClient } from '../../redis/client.node.ts';
import { laneKeys, roomKeys } from '../../redis/keys.ts';
import { scriptsWithTestClock, setTestClock } from '../../redis/test-clock.ts';
import { timeScripts, type TimedScripts } from './script-time.ts';

export const LANE = 'general';
export const START_MS = 1_800_000_000_000;
/** A tick over ten million may take longer than a service would wait. */
const COMMAND_MS = 30_000;
const BATCH = 5000;
/** Of whom a bench knows the tickets: the first of the line, who get called. */
const KNOWN = 1_000_000;

export type RoomSettings = { id: string; usersPerMinute: number; sessionSeconds: number; claimWindowSeconds: number };

/** Real stores with a real line in Redis, and one open room at a time before it; time stands until it is moved. */
export type TickWorld = {
  redis: Redis;
  scripts: TimedScripts;
  sql: Sql;
  /** Bytes of Redis memory that one of the line takes. */
  bytesEach: number;
  row(room: string): Promise<RoomRow>;
  /** Opens a room; the first gets the line, each later one gets what is left of the line of the room before. */
  openRoom(settings: RoomSettings): Promise<void>;
  /** The ticket that holds this score; scores are 1, 2, 3 …. */
  ticketAt(score: number): string;
  setTime(ms: number): Promise<void>;
  stop(): Promise<void>;
};

const LINE = '{r:nobody}:line';

/** Starts the stores and puts `waiting` visitors into a line. */
export async function startTickWorld(waiting: number): Promise<TickWorld> {
  const [postgres, server] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const sql = connectDatabase((await postgres.createDatabase()).url, { max: 2 });
  const redis = connectRedis(server.url, { commandTimeoutMs: COMMAND_MS });
  await redis.connect();
  await setTestClock(redis, START_MS);
  const untimed = createNodeScriptClient(redis, scriptsWithTestClock());
  const scripts = timeScripts(redis, untimed, ['tick', 'commit-tick']);
  const before = await usedMemory(redis);
  const known = await fill(redis, waiting);
  const bytesEach = ((await usedMemory(redis)) - before) / waiting;
  const row = async (id: string): Promise<RoomRow> => {
    const room = (await listRooms(sql)).find((one) => one.id === id);
    if (room === undefined) throw new Error('the bench has no such room');
    return room;
  };
  let line = LINE;
  return {
    redis,
    scripts,
    sql,
    bytesEach,
    row,
    async openRoom(settings) {
      await insertRoom(sql, settings);
      await restore({ postgres: askDirectly(sql), scripts }, await row(settings.id));
      const next = laneKeys(settings.id, LANE).waiting;
      await redis.rename(line, next);
      line = next;
      await beginLine(redis, settings.id, waiting);
    },
    ticketAt: (score) => known[score - 1] ?? '',
    setTime: (ms) => setTestClock(redis, ms),
    async stop() {
      redis.disconnect();
      await sql.end();
      await Promise.all([server.stop(), postgres.stop()]);
    },
  };
}

const insertRoom = (sql: Sql, settings: RoomSettings) =>
  sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
    queueing_method, hold_limit, joins_per_client_per_minute, draw_seed)
    VALUES (${settings.id}, 'Bench hall', ${settings.usersPerMinute}, 1000000, ${settings.sessionSeconds}, ${settings.claimWindowSeconds},
      'fifo', 6, 1000000, 'a seed for benches')`;

/** Everyone in the line counts as told that their turn is near. */
async function beginLine(redis: Redis, room: string, counter: number): Promise<void> {
  const { state } = roomKeys(room);
  await redis.hset(state, `counter:${LANE}`, counter, `leasedTo:${LANE}`, counter + 1_000_000, `lost:${LANE}`, '[]');
  await redis.hset(state, `nearTo:${LANE}`, counter, `near:${LANE}`, JSON.stringify([[String(counter), 0, 0]]));
}

/** Fills the line in order, and returns the tickets of its first. */
async function fill(redis: Redis, waiting: number): Promise<string[]> {
  const known: string[] = [];
  let sent: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < waiting; from += BATCH) {
    const ids = newTickets(Math.min(BATCH, waiting - from));
    if (from < KNOWN) known.push(...ids);
    const batch = redis.zadd(LINE, ...ids.flatMap((id, n) => [from + n + 1, id]));
    // One batch is made while the one before is stored.
    await sent;
    sent = batch;
    if (from > 0 && from % 1_000_000 === 0) console.error(`  ${from.toLocaleString('en')} wait`);
  }
  await sent;
  return known;
}

/** Ticket ids as the edge makes them: 16 random bytes in base64url. */
function newTickets(count: number): string[] {
  const bytes = randomBytes(16 * count);
  return Array.from({ length: count }, (_, n) => bytes.toString('base64url', 16 * n, 16 * n + 16));
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
}
