import { once } from 'node:events';
import * as v from 'valibot';
import { connectRedis } from '../../local-stack/rest-front/redis-connection.ts';
import { createRestFrontServer } from '../../local-stack/rest-front/server.ts';
import { createSubscriptions } from '../../local-stack/rest-front/subscriptions.ts';
import { portOf, servePart } from './serve-part.ts';

/** The local stack's REST front in a process of its own, so that its processor time shows beside the Worker's. */
await servePart(v.object({ redisUrl: v.string(), token: v.string() }), async ({ redisUrl, token }) => {
  const redis = connectRedis(redisUrl, { answerMs: 3000, inFlight: 1000 });
  const server = createRestFrontServer({ token, redis, subscriptions: createSubscriptions(redisUrl) });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { ready: { url: `http://127.0.0.1:${portOf(server.address())}` } };
});
