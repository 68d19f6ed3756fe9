import type { Redis } from 'ioredis';
import { admit, type AdmitOutcome } from '../../admission-worker/admit.ts';
import { askDirectly } from '../../admission-worker/ask-postgres.ts';
import { restore } from '../../admission-worker/restore.ts';
import { toRoomConfig } from '../../admission-worker/room-config.ts';
import { roundMinuteAt, type Round } from '../../contracts/rounds.ts';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { listRooms, type RoomRow } from '../../db/queries/rooms.ts';
import { startTestPostgres, startTestRedis } from '../../local-stack/test-stack.ts';
import { connectRedis, createNodeScriptClient } from '../../redis/client.node.ts';
import { laneKeys, roomKeys } from '../../redis/keys.ts';
import { answerCall } from '../../redis/room/answer.ts';
import { configureRoom } from '../../redis/room/configure-room.ts';
import { joinRoom, type JoinRequest, type RoundDraws } from '../../redis/room/join.ts';
import { leaveRoom } from '../../redis/room/leave.ts';
import type { PlaceFacts } from '../../redis/room/place-reply.ts';
import { readPlace } from '../../redis/room/read-place.ts';
import type { TicketRef } from '../../redis/room/ticket-keys.ts';
import { tickRoom, type TickOutcome } from '../../redis/room/tick-room.ts';
import type { TickClient } from '../../redis/script-client.ts';
import type { ScriptName, ScriptSet } from '../../redis/scripts.generated.ts';
import { scriptsWithTestClock, setTestClock } from '../../redis/test-clock.ts';
import type { Settings } from './model.ts';
import { countInside } from '../support/count-inside.ts';

export const START = 1_800_000_000_000;
const DAY_MS = 86_400_000;

/** What a room can be set to here; the model knows no `passthrough`. */
type RoomSettings = Omit<Settings, 'method'> & { method: Settings['method'] | 'passthrough' };

/** Replaces a piece of one script's text, so that a control can show what happens without it. */
export type Mutation = { script: ScriptName; from: string; to: string };

/** Real stores for a test file. Each `openRoom` is a room of its own in them; the one before is gone. */
export async function startStores() {
  const [postgres, testRedis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const redis = connectRedis(testRedis.url, { commandTimeoutMs: 10_000 });
  await redis.connect();
  const sql = connectDatabase((await postgres.createDatabase()).url, { max: 4 });
  return {
    sql,
    redis,
    flush: () => testRedis.flush(),
    openRoom: (settings: RoomSettings, mutations: Mutation[] = []) =>
      openRoom(sql, redis, settings, createNodeScriptClient(redis, mutated(mutations))),
    async stop() {
      redis.disconnect();
      await sql.end();
      await Promise.all([testRedis.stop(), postgres.stop()]);
    },
  };
}
export type Stores = Awaited<ReturnType<typeof startStores>>;

/** The test build with pieces replaced; a piece that is not there is a mistake of the control. */
function mutated(mutations: Mutation[]): ScriptSet {
  const scripts = scriptsWithTestClock();
  for (const { script, from, to } of mutations) {
    const { lua } = scripts[script];
    if (!lua.includes(from)) throw new Error(`${script} does not contain: ${from}`);
    // The hash of no script: the client then always sends the text.
    scripts[script] = { lua: lua.replace(from, to), sha1: '0'.repeat(40) };
  }
  return scripts;
}

async function openRoom(sql: Sql, redis: Redis, first: RoomSettings, scripts: TickClient) {
  let settings = first;
  let now = START;
  await redis.flushall();
  await setTestClock(redis, now);
  await sql`DELETE FROM rooms`;
  await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
    queueing_method, opens_at, hold_limit, joins_per_client_per_minute, draw_seed, lanes, paused)
    VALUES ('demo', 'Demo', ${settings.rate}, ${settings.capacity}, ${settings.sessionMs / 1000}, ${settings.claimMs / 1000}, ${settings.method},
      ${settings.opensAt === null ? null : new Date(settings.opensAt)}, 6, 1000, 'seed', ${sql.json(settings.lanes)}, ${settings.paused})`;
  const stores = { postgres: askDirectly(sql), scripts };
  const row = async (): Promise<RoomRow> => {
    const [room] = await listRooms(sql);
    if (room === undefined) throw new Error('the room is gone');
    return room;
  };
  /** Only the draw of this minute is the one meant: another one would be another score. */
  const draws = (draw: number): RoundDraws => ({
    minute: roundMinuteAt(now) - 1,
    draws: [(draw + 0.25) % 1, draw, (draw + 0.5) % 1],
  });
  const ref = (ticketId: string, lane: string, score?: string): TicketRef => ({
    room: 'demo',
    ticketId,
    lane,
    expMs: START + DAY_MS,
    ...(score === undefined ? {} : { score }),
  });
  await restore(stores, await row());
  return {
    row,
    nowMs: () => now,
    async advance(ms: number) {
      now += ms;
      await setTestClock(redis, now);
    },
    /** A new place, or with a score the place of a known ticket. `draw` counts in the lobby and in rounds. */
    join: (
      id: string,
      lane: string,
      draw: number,
      known?: { score: string; round: Round | null },
    ): Promise<PlaceFacts> => {
      const round = known === undefined ? { roundDraws: draws(draw) } : known.round && { round: known.round };
      return joinRoom(scripts, { ...ref(id, lane, known?.score), drawFraction: draw, ...round });
    },
    /** A join as a client of the store makes it. */
    joinAs: (request: JoinRequest): Promise<PlaceFacts> => joinRoom(scripts, request),
    answer: (id: string, lane: string, score: string, claims: boolean): Promise<PlaceFacts> =>
      answerCall(scripts, ref(id, lane, score), claims),
    place: (id: string, lane: string, score: string): Promise<PlaceFacts> => readPlace(scripts, ref(id, lane, score)),
    leave: (id: string, lane: string, score: string) => leaveRoom(scripts, ref(id, lane, score)),
    /** A whole tick, by `workers` at the same time. */
    async tick(workers = 1): Promise<AdmitOutcome[]> {
      const room = await row();
      return Promise.all(Array.from({ length: workers }, () => admit(stores, room)));
    },
    /** The first step of a tick, by a worker that then dies. */
    async tickUncommitted(): Promise<TickOutcome> {
      const room = await row();
      return tickRoom(
        scripts,
        room,
        room.lanes.map((lane) => lane.name),
      );
    },
    restore: async () => restore(stores, await row()),
    async configure(change: Partial<RoomSettings>) {
      settings = { ...settings, ...change };
      await sql`UPDATE rooms SET version = version + 1, new_users_per_minute = ${settings.rate},
        total_active_users = ${settings.capacity}, paused = ${settings.paused}, queueing_method = ${settings.method}`;
      const room = await row();
      await configureRoom(scripts, 'demo', room.epoch, room.version, await toRoomConfig(room));
    },
    async lose() {
      await redis.flushall();
      await setTestClock(redis, now);
    },
    /** Everything Redis holds; `restored` puts it back as it was, as a failover to an older copy does. */
    async snapshot(): Promise<[key: string, dump: Buffer][]> {
      const keys = await redis.keys('{r:demo}*');
      const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
      return keys.flatMap((key, i) => (dumps[i] ? [[key, dumps[i]] as [string, Buffer]] : []));
    },
    async rollBack(snapshot: [key: string, dump: Buffer][]) {
      await redis.flushall();
      await setTestClock(redis, now);
      for (const [key, dump] of snapshot) await redis.restore(key, 0, dump);
    },
    liveCount: () => countInside(redis, 'demo'),
    state: () => redis.hgetall(roomKeys('demo').state),
    inLine: async (lane: string) => {
      const keys = laneKeys('demo', lane);
      return {
        waiting: await redis.zcard(keys.waiting),
        ready: await redis.zcard(keys.ready),
        late: await redis.zcard(keys.late),
      };
    },
  };
}
export type RoomUnderTest = Awaited<ReturnType<typeof openRoom>>;
