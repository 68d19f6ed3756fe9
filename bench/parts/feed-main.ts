import * as v from 'valibot';
import { startFeed } from '../../feed/feed.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { servePart } from './serve-part.ts';

const settings = v.object({ redisUrl: v.string(), jwksUrl: v.string(), origin: v.string(), maxSockets: v.number() });
const question = v.picklist(['memory', 'cpu']);

/** A feed process as it ships; it also tells its memory, after a collection, and its processor time. */
await servePart(settings, async (config) => {
  const feed = await startFeed({ ...config, host: '127.0.0.1', port: 0 }, createLogger('feed', 'error'), systemClock);
  return {
    ready: { url: feed.url },
    answer(asked) {
      if (v.parse(question, asked) === 'cpu') return process.cpuUsage().user + process.cpuUsage().system;
      globalThis.gc?.();
      return process.memoryUsage.rss();
    },
  };
});
