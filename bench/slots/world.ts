import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { createRounds, fixedPool, HEALTHY_CORE } from '../../admission-worker/rounds.fixture.ts';
import { tickAnnouncementSchema } from '../../contracts/feed-messages.ts';
import { boardSchema } from '../../contracts/board.ts';
import { connectDatabase } from '../../db/connect.ts';
import { createEdgeFixture, type EdgeFixture } from '../../edge/edge-app.fixture.ts';
import { startFeed } from '../../feed/feed.ts';
import { startTestPostgres, startTestRedis } from '../../local-stack/test-stack.ts';
import { createLogger } from '../../platform/log.ts';
import { connectRedis, createNodeScriptClient } from '../../redis/client.node.ts';
import { writeCoreHealth } from '../../redis/health/core-health.ts';
import { roomChannel, ROOMS_KEY } from '../../redis/keys.ts';
import { createSubscriber } from '../../redis/subscriber.node.ts';
import { scriptsWithTestClock, setTestClock } from '../../redis/test-clock.ts';
import { portOf } from '../parts/serve-part.ts';
import * as v from 'valibot';
import { CLAIM_WINDOW_SECONDS, ROOM, SESSION_SECONDS, START_MS, type Announced, type Settings } from './slots-room.ts';

/** A round of the worker that takes longer than this has hung. */
const ROUND_MS = 20_000;

/** The real parts around one room, all by the room's clock. */
export type World = {
  edge: EdgeFixture;
  feedUrl: string;
  setClocks(ms: number): Promise<void>;
  /** One round of the admission worker; resolves with what it announced, null when there was nothing to do. */
  round(): Promise<Announced | null>;
  stop(): Promise<void>;
};

/** Starts Postgres, Redis, the edge's app, the feed and the worker's round over one empty open room. */
export async function startWorld({ rate, capacity }: Settings): Promise<World> {
  const [postgres, server] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const sql = connectDatabase((await postgres.createDatabase()).url, { max: 4 });
  await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
    queueing_method, hold_limit, joins_per_client_per_minute, draw_seed)
    VALUES (${ROOM}, 'Bench hall', ${rate}, ${capacity}, ${SESSION_SECONDS}, ${CLAIM_WINDOW_SECONDS}, 'fifo', 6, 1000000, 'a seed for benches')`;
  const redis = connectRedis(server.url, { commandTimeoutMs: ROUND_MS });
  await redis.connect();
  await setTestClock(redis, START_MS);
  const testClockScripts = scriptsWithTestClock();
  const scripts = createNodeScriptClient(redis, testClockScripts);
  const edge = await createEdgeFixture({ origin: 'http://shop.test', nowMs: START_MS, store: () => scripts });
  const jwks = await publish(edge.keys.jwks);
  const log = createLogger('bench', 'fatal');
  const feed = await startFeed(
    {
      redisUrl: server.url,
      jwksUrl: jwks.url,
      origin: edge.config.origin,
      maxSockets: 15_000,
      host: '127.0.0.1',
      port: 0,
    },
    log,
    edge.clock,
    { gatherMs: 0, scripts: testClockScripts },
  );
  const subscriber = await createSubscriber(server.url);
  let announced: Announced | null = null;
  await subscriber.subscribe(roomChannel(ROOM), (text) => void (announced = parseAnnouncement(text)));

  const round = createRounds({
    pool: fixedPool(sql),
    scripts,
    log,
    announceRooms: async (rooms) => void (await redis.sadd(ROOMS_KEY, ...rooms)),
    lookAtCore: async () => HEALTHY_CORE,
    redisRunId: () => null,
  });
  const health = { holdP95Ms: null, errorRate: null, answers: 0, eventLoopLagMs: null, poolWaitMs: null };
  return {
    edge,
    feedUrl: feed.url,
    async setClocks(ms) {
      edge.clock.set(ms);
      await setTestClock(redis, ms);
    },
    async round() {
      announced = null;
      await writeCoreHealth(scripts, 'bench', health);
      await round();
      // Published before the round ended, but over another connection.
      await redis.ping();
      for (let looks = 0; announced === null && looks < 20; looks += 1)
        await new Promise((resolve) => setImmediate(resolve));
      return announced;
    },
    async stop() {
      await feed.stop();
      jwks.server.close();
      subscriber.close();
      redis.disconnect();
      await sql.end();
      await Promise.all([server.stop(), postgres.stop()]);
    },
  };
}

async function publish(jwks: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(jwks));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${portOf(server.address())}/jwks.json` };
}

function parseAnnouncement(text: string): Announced {
  const { board, admitted } = v.parse(v.pipe(v.string(), v.parseJson(), tickAnnouncementSchema), text);
  return { board: v.parse(v.pipe(v.string(), v.parseJson(), boardSchema), board), admitted };
}
