import { Redis } from 'ioredis';
import { toRoomConfig } from '../../admission-worker/room-config.ts';
import { roomRowOf } from '../../db/queries/room-row.fixture.ts';
import type { RoomRow } from '../../db/queries/rooms.ts';
import { startTestRedis } from '../../local-stack/test-stack.ts';
import { createNodeScriptClient } from '../../redis/client.node.ts';
import { ROOMS_KEY } from '../../redis/keys.ts';
import { restoreRoom } from '../../redis/room/restore-room.ts';
import { commitTick, tickRoom, type TickResult } from '../../redis/room/tick-room.ts';
import type { ScriptClient } from '../../redis/script-client.ts';

export const ROOM = 'bench';
const LANES = ['general'];

/** A Redis of its own with one open room in it, ticking by Redis's clock; no Postgres stands behind it. */
export type BenchRoom = {
  url: string;
  /** The process of its Redis. */
  pid: number;
  redis: Redis;
  scripts: ScriptClient;
  /** Runs and commits a tick; null when this period is done already. */
  tick(): Promise<TickResult | null>;
  /** Ticks every second until the function it returns is called. */
  keepTicking(): () => Promise<void>;
  stop(): Promise<void>;
};

/** Starts it; `over` changes the room's settings, `scripts` the scripts that a bench brings its own clock with. */
export async function startBenchRoom(over: Partial<RoomRow> = {}): Promise<BenchRoom> {
  const server = await startTestRedis();
  const redis = new Redis(server.url);
  const scripts = createNodeScriptClient(redis);
  const config = await toRoomConfig({ ...BENCH_ROOM, ...over });
  const lane = { name: 'general', counter: 1, leasedTo: 1e9, base: 1, show: 0.6 };
  const reached = { calledTo: '0', nearTo: '0', admittedTo: '0', lateTo: 0 };
  const facts = { tick: 0, opened: true, live: [], spent: [], admitted: [], config, lanes: [{ ...lane, ...reached }] };
  await restoreRoom(scripts, ROOM, 1, facts);
  await redis.sadd(ROOMS_KEY, ROOM);
  const tick = async (): Promise<TickResult | null> => {
    const outcome = await tickRoom(scripts, { id: ROOM, epoch: 1, tick: 0 }, LANES);
    if (outcome.status === 'skipped') return null;
    if (outcome.status === 'lost') throw new Error('the room is lost');
    await commitTick(scripts, ROOM, 1, LANES, outcome.result);
    return outcome.result;
  };
  await tick();
  return {
    url: server.url,
    pid: server.pid,
    redis,
    scripts,
    tick,
    keepTicking() {
      let running: Promise<unknown> = Promise.resolve();
      const timer = setInterval(() => void (running = tick()), 1000);
      return async () => {
        clearInterval(timer);
        await running;
      };
    },
    async stop() {
      redis.disconnect();
      await server.stop();
    },
  };
}

/** A room as its row in Postgres: six a minute get in, addresses are not limited. */
const BENCH_ROOM = roomRowOf({
  id: ROOM,
  name: 'Bench hall',
  newUsersPerMinute: 6,
  totalActiveUsers: 1_000_000,
  joinsPerClientPerMinute: 1_000_000_000,
  opened: true,
});
