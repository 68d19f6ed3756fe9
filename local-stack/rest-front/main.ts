import { serve } from '@hono/node-server';
import { host, parseConfig, port, text, url } from '../../platform/config.ts';
import { runService } from '../../platform/service.ts';
import { createRestFrontApp } from './app.ts';
import { connectRedis } from './redis-connection.ts';
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
  const app = createRestFrontApp({ token: config.UPSTASH_REDIS_REST_TOKEN, redis, subscriptions });
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: config.HOST, port: config.PORT }, ({ port: bound }) => {
      const stop = (): Promise<void> =>
        new Promise((done) => {
          subscriptions.close();
          server.close(() => {
            redis.close();
            done();
          });
          // Clients keep their connections open between requests; those must not hold the stop up.
          if ('closeIdleConnections' in server) server.closeIdleConnections();
        });
      resolve({ url: `http://${config.HOST}:${bound}`, stop });
    });
    server.once('error', reject);
  });
});
