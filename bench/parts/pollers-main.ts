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
    const until = performance.now() + forMs;
    const polls = await Promise.all(
      Array.from({ length: pollers }, (_, n) =>
        poll(url.replace('{n}', String(n)), (n / pollers) * everyMs, everyMs, until),
      ),
    );
    return { polls: polls.reduce((sum, count) => sum + count, 0) };
  },
}));

async function poll(url: string, firstMs: number, everyMs: number, until: number): Promise<number> {
  let count = 0;
  for (let waitMs = firstMs; performance.now() + waitMs < until; waitMs = everyMs) {
    await sleep(waitMs);
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
