import * as v from 'valibot';
import { startFeed } from '../../feed/feed.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { servePart } from './serve-part.ts';

const settings = v.object({ redisUrl: v.string(), jwksUrl: v.string(), origin: v.string(), maxSockets: v.number() });
const question = v.picklist(['memory', 'cpu', 'frames']);

/** A feed process as it ships; it also tells its memory, after a collection, its processor time, and how long frames took it. */
await servePart(settings, async (config) => {
  let tookMs: number[] = [];
  const onFrame = (frame: { tookMs: number }): void => void tookMs.push(frame.tookMs);
  const log = createLogger('feed', 'error');
  const feed = await startFeed({ ...config, host: '127.0.0.1', port: 0 }, log, systemClock, { onFrame });
  return {
    ready: { url: feed.url },
    answer(asked) {
      const wanted = v.parse(question, asked);
      if (wanted === 'cpu') return process.cpuUsage().user + process.cpuUsage().system;
      if (wanted === 'frames') {
        const told = tookMs;
        tookMs = [];
        return told;
      }
      globalThis.gc?.();
      return process.memoryUsage.rss();
    },
  };
});
