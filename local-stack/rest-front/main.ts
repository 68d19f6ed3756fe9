import { host, parseConfig, port, text, url } from '../../platform/config.ts';
import { runService } from '../../platform/service.ts';
import { connectRedis } from './redis-connection.ts';
import { createRestFrontServer } from './server.ts';
import { createSubscriptions } from './subscriptions.ts';

const LIMITS = { answerMs: 3_000, inFlight: 50_000 };

await runService('rest-front', async () => {
  const config = parseConfig(
    { REDIS_URL: url('redis', 'rediss'), UPSTASH_REDIS_REST_TOKEN: text, HOST: host, PORT: port },
    process.env,
  );
  const redis = connectRedis(config.REDIS_URL, LIMITS);
  await redis.connected();
  const subscriptions = createSubscriptions(config.REDIS_URL);
  const server = createRestFrontServer({ token: config.UPSTASH_REDIS_REST_TOKEN, redis, subscriptions });
  return new Promise((resolve, reject) => {
    server.listen({ host: config.HOST, port: config.PORT }, () => {
      const stop = (): Promise<void> =>
        new Promise((done) => {
          subscriptions.close();
          server.close(() => {
            redis.close();
            done();
          });
          // Clients keep their connections open between requests; those must not hold the stop up.
          server.closeIdleConnections();
        });
      const address = server.address();
      const bound = typeof address === 'object' ? (address?.port ?? config.PORT) : config.PORT;
      resolve({ url: `http://${config.HOST}:${bound}`, stop });
    });
    server.once('error', reject);
  });
});
