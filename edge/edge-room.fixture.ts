import { serve, type ServerType } from '@hono/node-server';
import type { Redis } from 'ioredis';
import { withRounds } from '../admission-worker/board-rounds.ts';
import { toRoomConfig } from '../admission-worker/room-config.ts';
import { roomRowOf } from '../db/queries/room-row.fixture.ts';
import type { RoomRow } from '../db/queries/rooms.ts';
import { createRestFrontApp } from '../local-stack/rest-front/app.ts';
import { connectRedis as connectFront, type RedisConnection } from '../local-stack/rest-front/redis-connection.ts';
import { createSubscriptions, type Subscriptions } from '../local-stack/rest-front/subscriptions.ts';
import { startTestRedis, type TestRedis } from '../local-stack/test-stack.ts';
import { createEdgeScriptClient } from '../redis/client.edge.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { ROOMS_KEY } from '../redis/keys.ts';
import { restoreRoom } from '../redis/room/restore-room.ts';
import { commitTick, tickRoom } from '../redis/room/tick-room.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { scriptsWithTestClock, setTestClock } from '../redis/test-clock.ts';

/** A Redis with the scripts' test clock, behind the REST front that the edge uses. */
export type EdgeStore = {
  redis: TestRedis;
  direct: Redis;
  restUrl: string;
  restToken: string;
  client: () => ScriptClient;
  setNow: (ms: number) => Promise<void>;
  /** Makes a room as the admission worker would, empty and open unless told otherwise. */
  putRoom: (room: string, over?: Partial<RoomRow>) => Promise<void>;
  /** Runs and commits one tick, as a worker whose Postgres is never away. */
  tick: (room: string) => Promise<void>;
  stop: () => Promise<void>;
};

const TOKEN = 'a-token-for-tests';
const EPOCH = 1;

/** The two ways the edge reaches Redis: as the Worker does, and as the Node edge does. Its promises hold over both. */
export const STORE_PORTS = ['rest', 'ioredis'] as const;
export type StorePort = (typeof STORE_PORTS)[number];

/** Starts Redis and the front. `shippedClock`: the scripts as they are shipped, for tests that run the bundle. */
export async function startEdgeStore(options: { shippedClock?: boolean; port?: StorePort } = {}): Promise<EdgeStore> {
  const redis = await startTestRedis();
  const direct = connectRedis(redis.url);
  await direct.connect();
  const front = connectFront(redis.url, { answerMs: 3000, inFlight: 1000 });
  const subscriptions = createSubscriptions(redis.url);
  const { server, url } = await listen(front, subscriptions);
  await front.connected();
  const scripts = options.shippedClock === true ? undefined : scriptsWithTestClock();
  const node = createNodeScriptClient(direct, scripts);
  const rows = new Map<string, RoomRow>();
  const edgeRedis = connectRedis(redis.url);
  await edgeRedis.connect();
  const overIoredis = createNodeScriptClient(edgeRedis, scripts);
  // The first call of a process takes its time, and the edge gives a store 800 ms.
  await createEdgeScriptClient({ url, token: TOKEN })
    .get('nothing')
    .catch(() => null);
  return {
    redis,
    direct,
    restUrl: url,
    restToken: TOKEN,
    client: () => (options.port === 'ioredis' ? overIoredis : createEdgeScriptClient({ url, token: TOKEN }, scripts)),
    setNow: (ms) => setTestClock(direct, ms),
    async putRoom(room, over = {}) {
      const row = { ...ROOM, id: room, ...over };
      rows.set(room, row);
      const config = await toRoomConfig(row);
      const numbers = {
        counter: 0,
        leasedTo: 100_000,
        base: 0,
        calledTo: '0',
        nearTo: '0',
        admittedTo: '0',
        lateTo: 0,
        show: 0.6,
      };
      await restoreRoom(node, room, EPOCH, {
        tick: 0,
        opened: false,
        config,
        lanes: row.lanes.map(({ name }) => ({ name, ...numbers })),
        live: [],
        spent: [],
        admitted: [],
      });
      await direct.sadd(ROOMS_KEY, room);
    },
    async tick(room) {
      const row = rows.get(room) ?? { ...ROOM, id: room };
      const lanes = row.lanes.map(({ name }) => name);
      const outcome = await tickRoom(node, { id: room, epoch: EPOCH, tick: 0 }, lanes);
      if (outcome.status !== 'ticked') return;
      await commitTick(node, room, EPOCH, lanes, await withRounds(row, outcome.result));
    },
    async stop() {
      subscriptions.close();
      front.close();
      direct.disconnect();
      edgeRedis.disconnect();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await redis.stop();
    },
  };
}

function listen(front: RedisConnection, subscriptions: Subscriptions): Promise<{ server: ServerType; url: string }> {
  const { fetch } = createRestFrontApp({ token: TOKEN, redis: front, subscriptions });
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ server, url: `http://127.0.0.1:${port}` }),
    );
  });
}

const ROOM = roomRowOf({ epoch: EPOCH });
