import { expect, it } from 'vitest';
import type { ScriptClient } from '../../redis/script-client.ts';
import { createEdgeFixture, problemOf, STORE_AWAY } from '../edge-app.fixture.ts';

const none = () => Promise.reject(new Error('not asked for'));
/** A store whose limiter has this to say, and that notes the keys it was asked with. */
function limiter(reply: [number, number], keys: string[] = []): () => ScriptClient {
  const run: ScriptClient['run'] = (_script, names) => {
    keys.push(...names);
    return Promise.resolve(reply);
  };
  return () => ({ run, get: none, isMember: none });
}

it('a client that looks too often is told when to come again, and core hears nothing', async () => {
  const keys: string[] = [];
  const edge = await createEdgeFixture({ store: limiter([0, 1500], keys) });
  const answer = await edge.app.request('/api/core/v1/performances/show/availability?from=A');
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(await problemOf(answer)).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(keys).toEqual(['limit:browse:203.0.113.7']);
  expect(edge.coreRequests).toEqual([]);
});

it('those who buy, or come with a token of their own, are not counted', async () => {
  const edge = await createEdgeFixture({ store: limiter([0, 1500]) });
  const hold = await edge.app.request('/api/core/v1/holds', {
    method: 'POST',
    headers: { authorization: `Bearer ${await edge.pass()}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(hold.status).toBe(200);
  expect((await edge.app.request('/api/core/v1/bookings/some-id')).status).toBe(200);
  expect(edge.storeCalls()).toBe(0);
});

it('nobody is turned away while the store is away', async () => {
  const edge = await createEdgeFixture({ store: () => STORE_AWAY });
  expect((await edge.app.request('/api/core/v1/events')).status).toBe(200);
  expect(edge.storeCalls()).toBe(1);
});
