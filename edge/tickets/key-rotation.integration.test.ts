import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateEdgeKeySet } from '../../tokens/generate-keys.ts';
import type { EdgeKeySet } from '../../tokens/key-set.ts';
import { rotateEdgeKeys } from '../../tokens/rotate-keys.ts';
import { createEdgeFixture, problemOf, type EdgeFixture } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, START } from '../edge-visit.fixture.ts';

describe.each(STORE_PORTS)('a rotation of the edge’s keys over %s', (port) => {
  let store: EdgeStore;
  let before: EdgeKeySet;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
    before = await generateEdgeKeySet();
  });
  afterAll(() => store.stop());
  beforeEach(async () => {
    await store.redis.flush();
    await store.setNow(START);
    await store.putRoom('demo');
    await store.tick('demo');
  });

  const edgeWith = (keySet: EdgeKeySet) => createEdgeFixture({ nowMs: START, store: store.client, keySet });
  const send = async (edge: EdgeFixture, method: string, path: string, headers: Record<string, string>) =>
    edge.ask(path, { method, headers: { accept: 'application/json', ...headers } });
  const joined = async (edge: EdgeFixture) =>
    (await (await send(edge, 'POST', `${api}/tickets`, {})).json()) as {
      ticket: string;
      ticketId: string;
      score: string;
    };

  it('costs nobody a place: an old ticket counts, and is signed again wherever it shows up', async () => {
    const first = await joined(await edgeWith(before));
    const added = await edgeWith(await rotateEdgeKeys(before, 'add'));
    const quiet = await (await send(added, 'GET', `${api}/tickets/me`, bearer(first.ticket))).json();
    expect(quiet).not.toHaveProperty('ticket');
    const switched = await edgeWith(await rotateEdgeKeys(await rotateEdgeKeys(before, 'add'), 'switch'));
    for (const [method, path] of [
      ['GET', `${api}/tickets/me`],
      ['POST', `${api}/tickets`],
      ['POST', `${api}/passes`],
    ] as const) {
      const answer = await send(switched, method, path, bearer(first.ticket));
      const place = (await answer.json()) as { ticket: string };
      expect(place).toMatchObject({ ticketId: first.ticketId, score: first.score });
      expect(answer.headers.get('set-cookie')).toContain(place.ticket);
      const again = await send(switched, method, path, bearer(place.ticket));
      expect(await again.json()).not.toHaveProperty('ticket');
    }
  });

  it('refuses a retired key’s ticket, and an unknown key’s, without asking the store', async () => {
    const first = await joined(await edgeWith(before));
    const rotated = await rotateEdgeKeys(await rotateEdgeKeys(await rotateEdgeKeys(before, 'add'), 'switch'), 'retire');
    const edge = await edgeWith(rotated);
    const calls = edge.storeCalls();
    for (const [method, path] of [
      ['GET', `${api}/tickets/me`],
      ['POST', `${api}/tickets`],
      ['POST', `${api}/passes`],
      ['DELETE', `${api}/tickets/me`],
      ['POST', `${api}/feed-tokens`],
    ] as const) {
      const answer = await send(edge, method, path, bearer(first.ticket));
      expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'ticket_invalid' });
    }
    expect(edge.storeCalls() - calls).toBe(0);
  });
});
