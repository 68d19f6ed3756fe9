import { connectDatabase } from '../db/connect.ts';
import { isUnheardLoss } from '../db/unheard-loss.ts';
import type { Logger } from '../platform/log.ts';
import { runService, type RunningService } from '../platform/service.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { ROOMS_KEY } from '../redis/keys.ts';
import { watchServerIdentity } from '../redis/server-identity.node.ts';
import { createRenewablePool } from './ask-postgres.ts';
import { readConfig } from './config.ts';
import { lookAtCore } from './core-sight.ts';
import { startRoomLoops } from './room-loops.ts';

/** A room asks one thing at a time; a few that wait for a lock (5 s at most) must not take the connections of all others. */
const POOL_SIZE = 8;
/** A worker that is stopped within a transaction keeps its room's row from all others for one tick and no longer. */
const IDLE_IN_TRANSACTION_MS = 1000;

async function start(log: Logger): Promise<RunningService> {
  const config = readConfig(process.env);
  const pool = createRenewablePool(() =>
    connectDatabase(config.DATABASE_URL, {
      max: POOL_SIZE,
      idleInTransactionTimeoutMs: IDLE_IN_TRANSACTION_MS,
      applicationName: 'admission-worker',
    }),
  );
  const redis = connectRedis(config.REDIS_URL);
  const identity = watchServerIdentity(redis);
  await redis.connect();
  const loops = startRoomLoops({
    pool,
    scripts: createNodeScriptClient(redis),
    log,
    lookAtCore: () => lookAtCore(redis),
    announceRooms: async (rooms) => void (await redis.sadd(ROOMS_KEY, ...rooms)),
    redisRunId: () => (config.ONSALE_REDIS_RUN_ID === 'judge' ? identity() : null),
  });
  return {
    async stop() {
      await loops.stop();
      redis.disconnect();
      await pool.end();
    },
  };
}

await runService('admission-worker', start, isUnheardLoss);
