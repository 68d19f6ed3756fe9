import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEdgeFixture, problemOf, type EdgeFixture } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, openRoom } from '../edge-visit.fixture.ts';

const LANES = [
  { name: 'presale', weight: 3, codes: ['GOLDEN-TICKET', 'second-code'] },
  { name: 'general', weight: 1 },
  { name: 'members', weight: 2, codes: ['member-2026'] },
];

describe.each(STORE_PORTS)('codes of lanes over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  const post = (edge: EdgeFixture, body: object) =>
    edge.ask(`${api}/tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
  const laneOf = async (answer: Response) => {
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { lane: string }).lane;
  };

  it('open their lane, and none else', async () => {
    const { edge } = await openRoom(store, { lanes: LANES });
    expect(await laneOf(await post(edge, { lane: 'presale', code: 'GOLDEN-TICKET' }))).toBe('presale');
    expect(await laneOf(await post(edge, { lane: 'presale', code: ' second-code ' }))).toBe('presale');
    const wrong = { status: 403, code: 'code_invalid' };
    for (const code of ['golden-ticket', 'GOLDEN-TICKE', 'GOLDEN-TICKETS', 'member-2026'])
      expect(await problemOf(await post(edge, { lane: 'presale', code })), code).toMatchObject(wrong);
    expect(await problemOf(await post(edge, { lane: 'nowhere', code: 'GOLDEN-TICKET' }))).toMatchObject({
      status: 422,
      code: 'lane_unknown',
    });
    expect(await store.direct.hget('{r:demo}:state', 'counter:presale')).toBe('2');
  });

  it('may come without the lane’s name; one that opens nothing is refused rather than left out', async () => {
    const { edge } = await openRoom(store, { lanes: LANES });
    expect(await laneOf(await post(edge, { code: 'member-2026' }))).toBe('members');
    expect(await problemOf(await post(edge, { code: 'member-2025' }))).toMatchObject({ code: 'code_invalid' });
    expect(await laneOf(await post(edge, {}))).toBe('general');
  });

  it('are missed where the lane asks for one, which costs no guess', async () => {
    const { edge } = await openRoom(store, { lanes: LANES });
    await edge.ask(`${api}/board`);
    const calls = edge.storeCalls();
    expect(await problemOf(await post(edge, { lane: 'members' }))).toMatchObject({ status: 403, code: 'code_invalid' });
    expect(edge.storeCalls()).toBe(calls);
    await store.redis.flush();
    const closed = await openRoom(store, { lanes: LANES.slice(0, 1) });
    expect(await problemOf(await post(closed.edge, {}))).toMatchObject({ code: 'code_invalid' });
  });

  it('are looked at in no lane that asks for none', async () => {
    const { edge } = await openRoom(store, { lanes: LANES });
    expect(await laneOf(await post(edge, { lane: 'general', code: 'whatever' }))).toBe('general');
    await store.redis.flush();
    const plain = await openRoom(store);
    expect(await laneOf(await post(plain.edge, { code: 'whatever' }))).toBe('general');
  });

  it('may be guessed twenty times a minute by a client, an IPv6 network as one', async () => {
    const visit = await openRoom(store, { lanes: LANES });
    const from = (address: string) =>
      createEdgeFixture({
        nowMs: visit.edge.clock.nowMs(),
        store: store.client,
        over: { clientAddress: () => address },
      });
    for (let guess = 0; guess < 20; guess += 1) {
      const edge = await from(`2001:db8:0:7::${guess}`);
      expect((await post(edge, { lane: 'presale', code: `guess-${guess}` })).status).toBe(403);
    }
    const right = { lane: 'presale', code: 'GOLDEN-TICKET' };
    const limited = await post(await from('2001:db8:0:7::beef'), right);
    expect(limited.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await problemOf(limited)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect((await post(await from('2001:db8:0:8::1'), right)).status).toBe(201);
    await store.setNow(visit.edge.clock.nowMs() + 120_000);
    expect((await post(await from('2001:db8:0:7::beef'), right)).status).toBe(201);
  });

  it('stand in no key and no value of Redis', async () => {
    await openRoom(store, { lanes: LANES });
    const keys = await store.direct.keys('*');
    const dump = await Promise.all(keys.map(async (key) => (await store.direct.dumpBuffer(key)).toString('latin1')));
    expect([...keys, ...dump].join('\n')).not.toMatch(/GOLDEN|second-code|member-2026/);
  });

  it('are typed into the page’s form, also without script', async () => {
    const visit = await openRoom(store, { lanes: LANES });
    const html = { accept: 'text/html' };
    expect(await (await visit.send('GET', '/rooms/demo', html)).text()).toContain('<label for="code">');
    const form = (fields: Record<string, string>) =>
      visit.edge.ask(`${api}/tickets`, {
        method: 'POST',
        headers: { ...html, origin: visit.edge.config.origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
      });
    const joined = await form({ code: 'member-2026' });
    expect([joined.status, joined.headers.get('location')]).toEqual([303, '/rooms/demo']);
    expect(await store.direct.hget('{r:demo}:state', 'counter:members')).toBe('1');
    for (const code of ['wrong-code', 'no', 'x'.repeat(65)]) {
      const refused = await form({ code });
      expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'text/html; charset=UTF-8']);
    }
    expect((await form({ code: '' })).status).toBe(303);
    expect(await store.direct.hget('{r:demo}:state', 'counter:general')).toBe('1');
  });
});
