import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { RunningService } from '../platform/service.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import type { ScriptSet } from '../redis/scripts.generated.ts';
import { createSubscriber } from '../redis/subscriber.node.ts';
import { verifyFeedHello } from '../tokens/feed-hello.verify.ts';
import { remoteKeys } from '../tokens/remote-key-set.ts';
import type { FeedConfig } from './config.ts';
import type { OutboxLimits } from './outbox.ts';
import { servePerformanceSocket } from './performance-socket.ts';
import { createPerformances } from './performances.ts';
import { serveRoomSocket } from './room-socket.ts';
import type { RoomHubPorts } from './room-hub.ts';
import { createRooms } from './rooms.ts';
import { startFeedServer } from './server.ts';

/** Bounds that tests make small, scripts with a clock of theirs, and who measures frames. */
export type FeedBounds = {
  outboxLimits?: OutboxLimits;
  pingEveryMs?: number;
  gatherMs?: number;
  silentAfterMs?: number;
  scripts?: ScriptSet;
  onFrame?: NonNullable<RoomHubPorts['onFrame']>;
};

/** Starts the feed: connects to Redis, then listens. It holds no private key and no Postgres. */
export async function startFeed(
  config: FeedConfig,
  log: Logger,
  clock: Clock,
  bounds: FeedBounds = {},
): Promise<RunningService & { url: string }> {
  const redis = connectRedis(config.redisUrl);
  await redis.connect();
  const subscriber = await createSubscriber(config.redisUrl);
  const client = createNodeScriptClient(redis, bounds.scripts);
  const keys = remoteKeys(config.jwksUrl);
  const rooms = createRooms({ client, clock, log, subscriber, ...bounds });
  const performances = createPerformances({ client, log });
  const verify = (token: string, nowMs: number) => verifyFeedHello(keys, token, { issuer: config.origin, nowMs });

  const server = await startFeedServer({
    ...config,
    ...bounds,
    serve(connection, address) {
      if (address.kind === 'room') serveRoomSocket(connection, address.room, { rooms, verify, clock, log, ...bounds });
      else servePerformanceSocket(connection, address, { performances, clock, log, ...bounds });
    },
  });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      rooms.stop();
      performances.stop();
      subscriber.close();
      redis.disconnect();
    },
  };
}
