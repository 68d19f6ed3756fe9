import * as v from 'valibot';
import { boardSchema, type Board } from '../../contracts/board.ts';
import { tickAnnouncementSchema } from '../../contracts/feed-messages.ts';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { connectRedis, createNodeScriptClient } from '../../redis/client.node.ts';
import { writeCoreHealth } from '../../redis/health/core-health.ts';
import { roomChannel } from '../../redis/keys.ts';
import type { TickClient } from '../../redis/script-client.ts';
import { createSubscriber } from '../../redis/subscriber.node.ts';
import {
  startMortalRedis,
  startPausablePostgres,
  startWorker,
  type MortalRedis,
  type PausablePostgres,
  type WorkerProcess,
} from './processes.ts';
import { countInside } from '../support/count-inside.ts';

/** One published board, as it came over pub/sub; times are this process's, ms. */
export type Frame = { board: Board; admitted: string[]; heardAt: number };

/** Real stores and real workers; core is played by this process, which says once a second that it is well. */
export type WorkersWorld = {
  postgres: PausablePostgres;
  redis: MortalRedis;
  sql: Sql;
  scripts: TickClient;
  /** What was published of each room, in order. */
  frames: Map<string, Frame[]>;
  /** Access keys and sessions that are alive. */
  liveCount(room: string): Promise<number>;
  /** Keeps what Redis holds for a later start. */
  save(): Promise<void>;
  makeRoom(room: string, settings: { rate: number; capacity: number }): Promise<void>;
  startWorkers(count: number, env?: Record<string, string>): Promise<WorkerProcess[]>;
  /** Kills all that are left. */
  killWorkers(): void;
  close(): Promise<void>;
};

const HEALTHY = { holdP95Ms: null, errorRate: null, answers: 0, eventLoopLagMs: null, poolWaitMs: null };

/** Starts stores without workers; with `onSmallDisk`, Postgres has a disk that can be filled, where one can be had. */
export async function startWorkersWorld(options: { onSmallDisk?: boolean } = {}): Promise<WorkersWorld> {
  const [postgres, mortal] = await Promise.all([startPausablePostgres(options), startMortalRedis()]);
  await migrate(postgres.url);
  const sql = connectDatabase(postgres.url, { max: 3 });
  const redis = connectRedis(mortal.url);
  await redis.connect();
  const scripts = createNodeScriptClient(redis);
  const subscriber = await createSubscriber(mortal.url);
  const frames = new Map<string, Frame[]>();
  const workers: WorkerProcess[] = [];
  // Redis is away at times; then core is silent as well.
  const health = setInterval(() => void writeCoreHealth(scripts, 'test', HEALTHY).catch(() => {}), 500);
  const killWorkers = () => {
    for (const worker of workers.splice(0)) worker.signal('SIGKILL');
  };
  return {
    postgres,
    redis: mortal,
    sql,
    scripts,
    frames,
    liveCount: (room) => countInside(redis, room),
    save: async () => void (await redis.save()),
    async makeRoom(room, { rate, capacity }) {
      await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
        queueing_method, hold_limit, joins_per_client_per_minute, draw_seed)
        VALUES (${room}, ${room}, ${rate}, ${capacity}, 600, 120, 'fifo', 6, 1000000, 'seed')`;
      // As if a board had shown it long ago: nobody has to wait until the first nearTo is known.
      await sql`INSERT INTO room_lanes (room, lane, leased_to, near_to) VALUES (${room}, 'general', 1, 1e6)`;
      const heard: Frame[] = [];
      frames.set(room, heard);
      await subscriber.subscribe(roomChannel(room), (text) => heard.push(toFrame(text)));
    },
    async startWorkers(count, more = {}) {
      const env = { DATABASE_URL: postgres.url, REDIS_URL: mortal.url, ...more };
      const started = await Promise.all(Array.from({ length: count }, () => startWorker(env)));
      workers.push(...started);
      return started;
    },
    killWorkers,
    async close() {
      clearInterval(health);
      killWorkers();
      subscriber.close();
      redis.disconnect();
      await sql.end({ timeout: 1 });
      await Promise.all([mortal.dispose(), postgres.stop()]);
    },
  };
}

function toFrame(text: string): Frame {
  const { board, admitted } = v.parse(v.pipe(v.string(), v.parseJson(), tickAnnouncementSchema), text);
  return { board: v.parse(v.pipe(v.string(), v.parseJson(), boardSchema), board), admitted, heardAt: Date.now() };
}
