import autocannon from 'autocannon';
import * as v from 'valibot';
import { servePart } from './serve-part.ts';

const questionSchema = v.object({
  url: v.string(),
  seconds: v.number(),
  connections: v.number(),
  method: v.picklist(['GET', 'POST']),
  body: v.optional(v.string()),
});

/** Load over HTTP from a process of its own: autocannon, bounded in time and connections. */
await servePart(v.object({}), async () => ({
  ready: {},
  async answer(question) {
    const { url, seconds, connections, method, body } = v.parse(questionSchema, question);
    const result = await autocannon({
      url,
      connections,
      // Whole seconds are all that autocannon knows; shorter runs are bounded by their count.
      ...(seconds < 1 ? { amount: connections * 4 } : { duration: seconds }),
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    return {
      perSecond: (result['2xx'] + result.non2xx) / result.duration,
      p50Ms: result.latency.p50,
      p99Ms: result.latency.p99,
      ok: result['2xx'],
      refused: result.non2xx,
      errors: result.errors,
    };
  },
}));
