import { connectDatabase } from '../db/connect.ts';
import { runService } from '../platform/service.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { readConfig } from './config.ts';
import { isCoreThere } from './core-presence.ts';
import { startRounds } from './rounds.ts';

await runService('admission-worker', async (log) => {
  const config = readConfig(process.env);
  const sql = connectDatabase(config.DATABASE_URL, { max: 4, applicationName: 'admission-worker' });
  const redis = connectRedis(config.REDIS_URL);
  await redis.connect();
  const rounds = startRounds({
    sql,
    scripts: createNodeScriptClient(redis),
    log,
    isCoreThere: () => isCoreThere(redis),
    announceRooms: async (key, rooms) => void (rooms.length > 0 && (await redis.sadd(key, ...rooms))),
  });
  return {
    async stop() {
      await rounds.stop();
      redis.disconnect();
      await sql.end({ timeout: 2 });
    },
  };
});
