import autocannon, { type Options, type Result } from 'autocannon';
import * as v from 'valibot';
import { servePart } from './serve-part.ts';

const questionSchema = v.object({
  url: v.string(),
  requests: v.number(),
  connections: v.number(),
  method: v.picklist(['GET', 'POST']),
  body: v.optional(v.string()),
  headers: v.optional(v.record(v.string(), v.string()), {}),
});

/** Load over HTTP from a process of its own: autocannon, bounded in requests and connections. */
await servePart(v.object({}), async () => ({
  ready: {},
  async answer(question) {
    const { url, requests, connections, method, body, headers } = v.parse(questionSchema, question);
    const { result, lastMs } = await run({
      url,
      connections,
      amount: requests,
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    // Who has it already is answered, too.
    const known = result.statusCodeStats?.['304']?.count ?? 0;
    const ok = result['2xx'] + known;
    return {
      perSecond: ok / (lastMs / 1000),
      p50Ms: result.latency.p50,
      p99Ms: result.latency.p99,
      ok,
      refused: result.non2xx - known,
      errors: result.errors,
    };
  },
}));

/** `lastMs`: when the last answer came; the tool's own duration ends at the next full second. */
function run(options: Options): Promise<{ result: Result; lastMs: number }> {
  const beganMs = performance.now();
  let lastMs = 0;
  return new Promise((resolve, reject) => {
    const load = autocannon(options, (error: Error | null, result: Result) => {
      if (error === null || error === undefined) resolve({ result, lastMs });
      else reject(error);
    });
    load.on('response', () => {
      lastMs = performance.now() - beganMs;
    });
  });
}
