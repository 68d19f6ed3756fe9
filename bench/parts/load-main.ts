import autocannon from 'autocannon';
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
    const beganMs = performance.now();
    let lastMs = beganMs;
    const run = autocannon({
      url,
      connections,
      amount: requests,
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    // The tool's own duration ends at the next full second.
    run.on('response', () => {
      lastMs = performance.now();
    });
    const result = await run;
    // Who has it already is answered, too.
    const known = result.statusCodeStats?.['304']?.count ?? 0;
    return {
      perSecond: (result['2xx'] + result.non2xx) / ((lastMs - beganMs) / 1000),
      p50Ms: result.latency.p50,
      p99Ms: result.latency.p99,
      ok: result['2xx'] + known,
      refused: result.non2xx - known,
      errors: result.errors,
    };
  },
}));
