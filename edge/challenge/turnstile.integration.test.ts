import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../platform/config.ts';
import { parseWorkerConfig } from '../config.ts';
import { createEdgeFixture, problemOf, type EdgeFixture } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, START } from '../edge-visit.fixture.ts';
import { startVerifier, type Verifier } from './siteverify.fixture.ts';

describe.each(STORE_PORTS)('a room that asks for Turnstile, over %s', (port) => {
  let store: EdgeStore;
  let verifier: Verifier;
  beforeAll(async () => {
    [store, verifier] = await Promise.all([startEdgeStore({ port }), startVerifier()]);
    // The first fetch of a process takes its time, and the verifier's is bounded.
    await fetch(verifier.config.verifyUrl, { method: 'POST' });
  });
  afterAll(() => Promise.all([store.stop(), verifier.stop()]));
  beforeEach(async () => {
    await store.redis.flush();
    await store.setNow(START);
    await store.putRoom('demo', { challenge: 'turnstile' });
    await store.putRoom('plain');
    for (const room of ['demo', 'plain']) await store.tick(room);
    verifier.behave('well');
    verifier.asked.length = 0;
  });

  const open = () => createEdgeFixture({ nowMs: START, store: store.client, turnstile: verifier.config });
  const join = async (edge: EdgeFixture, challenge?: string, room = 'demo') =>
    edge.ask(`/api/rooms/${room}/tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(challenge === undefined ? {} : { challenge }),
    });
  const nobodyJoined = async () => expect(await store.direct.hget('{r:demo}:state', 'counter:general')).toBe('0');

  it('lets in who passed the widget, and asks the verifier with the client’s address', async () => {
    const edge = await open();
    verifier.issue('token-1', 'demo');
    expect((await join(edge, 'token-1')).status).toBe(201);
    const { secret } = verifier.config;
    expect(verifier.asked.map((fields) => Object.fromEntries(fields))).toEqual([
      { secret, response: 'token-1', remoteip: '203.0.113.7' },
    ]);
  });

  it('refuses none, made-up ones, and one that was solved for another room', async () => {
    const edge = await open();
    expect(await problemOf(await join(edge))).toMatchObject({ status: 403, code: 'challenge_required' });
    expect(verifier.asked).toEqual([]);
    verifier.issue('of-another', 'plain');
    for (const token of ['made-up', 'of-another', 'x'.repeat(2048)])
      expect(await problemOf(await join(edge, token))).toMatchObject({ status: 403, code: 'challenge_failed' });
    await nobodyJoined();
  });

  it('takes a token once, also from a verifier that forgets, and of two at once one', async () => {
    const edge = await open();
    verifier.behave('forgets');
    verifier.issue('twice', 'demo');
    const statuses = await Promise.all([join(edge, 'twice'), join(edge, 'twice')]);
    expect(statuses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 403]);
    expect(await problemOf(await join(edge, 'twice'))).toMatchObject({ code: 'challenge_failed' });
    expect((await store.direct.keys('*')).join(' ')).not.toContain('twice');
  });

  it.each(['hangs', 'breaks', 'talks rubbish', 'refuses the secret'] as const)(
    'lets nobody in while the verifier %s, says so in time, and goes on afterwards',
    async (manner) => {
      const edge = await open();
      verifier.behave(manner);
      verifier.issue('token-2', 'demo');
      const startedMs = performance.now();
      const answer = await join(edge, 'token-2');
      expect(performance.now() - startedMs).toBeLessThan(4000);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      const { status, code, body } = await problemOf(answer);
      expect([status, code]).toEqual([503, 'challenge_unavailable']);
      expect(JSON.stringify(body)).not.toContain(verifier.config.secret);
      await nobodyJoined();
      verifier.behave('well');
      expect((await join(edge, 'token-2')).status).toBe(201);
    },
  );

  it('lets nobody in, and tells the log, where the edge has no keys for it', async () => {
    const told: unknown[] = [];
    const log = { info: () => {}, warn: () => {}, error: (fields: unknown) => void told.push(fields) };
    const edge = await createEdgeFixture({ nowMs: START, store: store.client, over: { log } });
    for (const challenge of [undefined, 'token'])
      expect(await problemOf(await join(edge, challenge))).toMatchObject({
        status: 503,
        code: 'challenge_unavailable',
      });
    expect(await problemOf(await edge.ask(`${api}/challenge`))).toMatchObject({ status: 503 });
    expect(told).toContainEqual({ room: 'demo' });
    await nobodyJoined();
  });

  it('shows the widget, and lets browsers load it, in this room only', async () => {
    const edge = await open();
    const page = (room: string) => edge.ask(`/rooms/${room}`, { headers: { accept: 'text/html' } });
    const { origin } = new URL(verifier.config.scriptUrl);
    const [with_, without] = await Promise.all([page('demo'), page('plain')]);
    const policy = with_.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self' ${origin};`);
    expect(policy).toContain(`frame-src ${origin};`);
    const html = await with_.text();
    expect(html).toContain(`<script src="${verifier.config.scriptUrl}?render=explicit" async></script>`);
    expect(html).not.toContain(verifier.config.secret);
    expect(without.headers.get('content-security-policy')).not.toContain(origin);
    expect(await without.text()).not.toContain('turnstile');
    const told: unknown = await (await edge.ask(`${api}/challenge`)).json();
    expect(told).toEqual({ kind: 'turnstile', siteKey: 'site-key', scriptUrl: verifier.config.scriptUrl });
  });
});

it('half a pair of keys ends the edge at its start', () => {
  const env = {
    ONSALE_ORIGIN: 'https://tickets.example',
    ONSALE_CORE_URL: 'https://core.example',
    ONSALE_FEED_URL: 'wss://feed.example',
    ONSALE_CORE_SECRET: 's',
    ONSALE_INSTANCE: 'test',
    ONSALE_EDGE_KEYS: '{}',
    UPSTASH_REDIS_REST_URL: 'https://redis.example',
    UPSTASH_REDIS_REST_TOKEN: 't',
  };
  expect(parseWorkerConfig(env).edge.turnstile).toBeNull();
  expect(
    parseWorkerConfig({ ...env, ONSALE_TURNSTILE_SITE_KEY: '', ONSALE_TURNSTILE_SECRET: '' }).edge.turnstile,
  ).toBeNull();
  expect(() => parseWorkerConfig({ ...env, ONSALE_TURNSTILE_SITE_KEY: 'a' })).toThrow(ConfigError);
  expect(() => parseWorkerConfig({ ...env, ONSALE_TURNSTILE_SECRET: 'a' })).toThrow(/ONSALE_TURNSTILE_SITE_KEY/);
  const both = { ...env, ONSALE_TURNSTILE_SITE_KEY: 'a', ONSALE_TURNSTILE_SECRET: 'b' };
  expect(parseWorkerConfig(both).edge.turnstile?.verifyUrl).toBe(
    'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  );
});
