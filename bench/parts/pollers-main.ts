import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { servePart } from './serve-part.ts';

const questionSchema = v.object({
  /** `{n}` stands for the poller's number. */
  url: v.string(),
  pollers: v.number(),
  everyMs: v.number(),
  forMs: v.number(),
});

/** Connections that all pollers of this process share: the server's work is the requests, not their handshakes. */
const agent = new Agent({ keepAlive: true, maxSockets: 128 });

/** Visitors who look every so often, spread evenly, for a bounded time. */
await servePart(v.object({}), async () => ({
  ready: {},
  async answer(question) {
    const { url, pollers, everyMs, forMs } = v.parse(questionSchema, question);
    const beganMs = performance.now();
    const polls = await Promise.all(
      Array.from({ length: pollers }, (_, n) =>
        poll(url.replace('{n}', String(n)), { beganMs, firstMs: (n / pollers) * everyMs, everyMs, forMs }),
      ),
    );
    return { polls: polls.reduce((sum, count) => sum + count, 0) };
  },
}));

/** When a poller looks, in ms: first at `firstMs` after the beginning, whatever else this process does meanwhile. */
type Schedule = { beganMs: number; firstMs: number; everyMs: number; forMs: number };

async function poll(url: string, { beganMs, firstMs, everyMs, forMs }: Schedule): Promise<number> {
  let count = 0;
  for (let atMs = firstMs; atMs < forMs; atMs += everyMs) {
    await sleep(Math.max(0, beganMs + atMs - performance.now()));
    const status = await get(url);
    if (status !== 200) throw new Error(`a poll was answered with ${status}`);
    count += 1;
  }
  return count;
}

function get(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end();
  });
}
