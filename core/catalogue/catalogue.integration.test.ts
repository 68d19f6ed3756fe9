import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AvailabilityView, EventView, PerformanceView } from '../../contracts/catalogue.ts';
import { CORE_ROUTES } from '../../contracts/routes.ts';
import { createCatalogue, createCatalogueMemory } from './catalogue.ts';
import { type CoreWorld, openCore } from '../core.fixture.ts';
import { answerBody } from '../http/answer.ts';
import { answerOfError } from '../http/problems.ts';
import { findLook } from './looks.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
});
afterAll(() => world.close());

const json = async <T>(path: string): Promise<T> => {
  const response = await world.get(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
};
const codeOf = async (path: string) => ((await (await world.get(path)).json()) as { code: string }).code;

describe('browsing', () => {
  it('lists events with their performances and lowest price', async () => {
    const { items, next } = await json<{ items: EventView[]; next: string | null }>('/v1/events');
    expect(items.map((event) => event.id)).toEqual(['concert', 'train']);
    expect(items[0]?.performances[0]).toMatchObject({
      id: 'concert-1',
      room: 'demo',
      fromPrice: { amountMinor: 1200, currency: 'GBP' },
    });
    expect(next).toBeNull();
    expect(await json<EventView>('/v1/events/train')).toMatchObject({ kind: 'train', venue: null });
    expect((await json<{ items: EventView[] }>('/v1/events?kind=train')).items).toHaveLength(1);
  });

  it('tells what there is not', async () => {
    expect(await codeOf('/v1/events/none')).toBe('event_not_found');
    for (const part of ['', '/seat-map', '/availability'])
      expect(await codeOf(`/v1/performances/none${part}`)).toBe('performance_not_found');
    expect(await codeOf('/v1/performances/NOT%20A%20SLUG')).toBe('performance_not_found');
    expect(await codeOf('/v1/events/%00'), 'no text that Postgres could look for').toBe('invalid_request');
    expect(await codeOf('/v1/nothing')).toBe('not_found');
    expect(await codeOf('/v1/holds')).toBe('method_not_allowed');
    for (const cursor of ['zzz', 'Y29uY2VydA==', 'AAAA', 'x'.repeat(200)])
      expect(await codeOf(`/v1/events?cursor=${cursor}`)).toBe('invalid_request');
    const after = await json<{ items: EventView[] }>('/v1/events?cursor=Y29uY2VydA');
    expect(after.items.map((event) => event.id)).toEqual(['train']);
    const put = await world.app.request('/v1/holds', { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await codeOf('/v1/performances/train-1?from=NDLS&to=BCT')).toBe('invalid_request');
    expect(await codeOf('/v1/performances/train-1/availability?from=XX')).toBe('invalid_request');
  });

  it('serves a seat map that never changes, once', async () => {
    const first = await world.get('/v1/performances/concert-1/seat-map');
    expect(first.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const again = await world.app.request('/v1/performances/concert-1/seat-map', {
      headers: { 'if-none-match': `"x", ${etag}` },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });
});

it('nothing is given away: a zone without a price is refused, since no payment would confirm its bookings', async () => {
  const free = world.sql`UPDATE zones SET price_minor = 0 WHERE performance_id = 'concert-1'`;
  await expect(free).rejects.toMatchObject({ constraint_name: 'zones_price_positive' });
});

describe('a look past the router', () => {
  const SHOW = '/v1/performances/concert-1';
  const RUN = '/v1/performances/train-1';
  it.each([
    [SHOW, true],
    [`${SHOW}/availability`, true],
    [`${SHOW}/seat-map`, true],
    [`${RUN}?from=BCT&to=KOTA`, true],
    [`${RUN}/availability?from=BRC&to=NDLS`, true],
    [`${RUN}/availability?from=NDLS&to=BCT`, true],
    [`${SHOW}/availability?from=A&to=B`, true],
    ['/v1/performances/none/availability', true],
    [`${RUN}/availability?to=KOTA&from=BCT`, false],
    [`${RUN}/availability?from=%42CT&to=KOTA`, false],
    [`${RUN}/availability?from=BCT&to=KOTA&from=NDLS`, false],
    ['/v1/performances/concert%2D1/availability', false],
    ['/v1/performances/concert-1/availability/', false],
    ['/v1/events/concert', false],
  ])('is told what the router tells: %s, past it: %s', async (url, isPast) => {
    const [path = '', query = ''] = url.split('?');
    const look = findLook(world.deps, path, query);
    expect(look !== undefined).toBe(isPast);
    if (look === undefined) return;
    const routed = await world.get(url);
    const request = new Request(`http://core${url}`);
    const direct = await look(request).catch((error: unknown) =>
      answerOfError(
        { requestId: routed.headers.get('x-request-id') ?? '', method: 'GET', path },
        error,
        world.deps.log,
      ),
    );
    const body = answerBody(direct) ?? '';
    expect([direct.status, typeof body === 'string' ? body : Buffer.from(body).toString()]).toEqual([
      routed.status,
      await routed.text(),
    ]);
    expect(Object.fromEntries(routed.headers)).toMatchObject(direct.headers ?? {});
  });
});

describe('a crowd that looks', () => {
  /** Stands in for a pool whose queries never end. */
  const hung: object = new Proxy(() => hung, { get: (_query, step) => (step === 'then' ? () => {} : () => hung) });

  it('keeps no buyer waiting for what it asked first, nor pushes out what they use', async () => {
    const memory = createCatalogueMemory();
    const { db } = world.deps;
    // It stands: on a busy machine the reads below take longer than a copy is believed.
    const clock = { nowMs: () => 0 };
    const [buyers, browsers] = [createCatalogue(db, clock, memory), createCatalogue(hung as typeof db, clock, memory)];
    const looking = browsers.performance('concert-1').catch(() => 'failed');
    expect(await buyers.performance('concert-1')).toMatchObject({ id: 'concert-1' });
    await looking;
    // The memory is shared: what a buyer read, nobody needs to read again.
    expect(await browsers.performance('concert-1')).toMatchObject({ id: 'concert-1' });
    for (let i = 0; i < 2100; i += 20) {
      const looks = Array.from({ length: 20 }, (_, j) => buyers.performance(`made-up-${i + j}`));
      expect(new Set(await Promise.all(looks))).toEqual(new Set([null]));
    }
    expect(await browsers.performance('concert-1')).toMatchObject({ id: 'concert-1' });
  });
});

describe('what is free', () => {
  it('comes from Postgres while Redis has no inventory, then from Redis, by legs', async () => {
    await world.deps.redis.del('{r:other}:state');
    const before = await json<AvailabilityView>('/v1/performances/train-1/availability?from=&to=');
    expect(before).toMatchObject({ version: '0.0', zones: [{ id: 'sleeper', available: 8 }] });

    await world.openRoom('other', 7);
    const performance = await world.deps.catalogue.performance('train-1');
    if (performance === null) throw new Error('the fixture has a train');
    await world.deps.inventory.load(performance);
    const { pass } = await world.admit('other');
    const wish = {
      performanceId: 'train-1',
      items: [{ zoneId: 'sleeper', seats: ['s1-2'] }],
      legs: { from: 'BCT', to: 'BRC' },
    };
    expect((await world.post('/v1/holds', pass, wish)).status).toBe(201);

    // The snapshot may be a second old: ask as a process that has none yet.
    const { createInventory } = await import('../inventory/inventory.ts');
    const fresh = await createInventory(world.deps).snapshot(performance);
    expect(fresh.version).toMatch(/^7\./);
    const { toAvailabilityView, toPerformanceView } = await import('./views.ts');
    expect(toAvailabilityView(fresh, [0, 1])).toMatchObject({
      states: Buffer.from([0b0100, 0]).toString('base64'),
      zones: [{ available: 7 }],
    });
    expect(toAvailabilityView(fresh, [1, 3])).toMatchObject({ states: 'AAA=', zones: [{ available: 8 }] });
    const view: PerformanceView = toPerformanceView(performance, fresh, [0, 3], { feedUrl: 'ws://feed', nowMs: 0 });
    expect(view).toMatchObject({ stops: [{ code: 'BCT' }, {}, {}, {}], zones: [{ capacity: 8, available: 7 }] });
  });
});

it('serves exactly the routes of the table, beside its health', () => {
  const served = new Set(
    world.app.routes.filter((route) => route.method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  );
  const listed = CORE_ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect([...served].toSorted()).toEqual([...new Set([...listed, 'GET /healthz', 'GET /readyz'])].toSorted());
});

it('says whether its stores answer', async () => {
  expect(await json('/healthz')).toEqual({ status: 'ok' });
  expect(await json('/readyz')).toEqual({ status: 'ready', redis: 'up', postgres: 'up' });
  expect(await json('/.well-known/jwks.json')).toMatchObject({ keys: [{ kty: 'OKP', use: 'sig' }] });
});
