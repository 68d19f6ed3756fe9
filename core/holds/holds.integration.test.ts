import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HoldView } from '../../contracts/holds.ts';
import { accessKey, inventoryKeys, performanceRoomKey } from '../../redis/keys.ts';
import { type CoreWorld, openCore, ORIGIN } from '../core.fixture.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.deps.redis.flushall();
  await world.openRoom('demo');
  await world.openRoom('other');
  for (const id of ['concert-1', 'train-1']) {
    const performance = await world.deps.catalogue.performance(id);
    if (performance !== null) await world.deps.inventory.load(performance);
  }
});

type Problem = { code: string; errors?: { path: string }[]; seats?: string[]; available?: number; limit?: number };
const problemOf = async (response: Response): Promise<Problem & { status: number }> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return { ...((await response.json()) as Problem), status: response.status };
};
const seatsWish = (...seats: string[]) => ({ performanceId: 'concert-1', items: [{ zoneId: 'stalls', seats }] });
const viewOf = async (response: Response): Promise<HoldView> => (await response.json()) as HoldView;
const hold = async (pass: string, wish: unknown, key?: string) => {
  const response = await world.post('/v1/holds', pass, wish, key);
  expect(response.status).toBe(201);
  return viewOf(response);
};

describe('POST /v1/holds', () => {
  it('takes only so many requests of one pass, and keeps their records no longer than holds live', async () => {
    const [{ pass, ticketId }, other] = await Promise.all([world.admit(), world.admit()]);
    const statuses: number[] = [];
    for (let i = 0; i < 125; i += 1)
      statuses.push((await world.post('/v1/holds', pass, seatsWish('a-1'), `many-${i}`)).status);
    expect(statuses.slice(0, 120).every((status) => status === 201)).toBe(true);
    const refused = await world.post('/v1/holds', pass, seatsWish('a-1'));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect((await world.post('/v1/holds', other.pass, seatsWish('a-2'))).status).toBe(201);
    const record = inventoryKeys('demo', 'concert-1').idempotency(ticketId, 'many-0');
    const ttlMs = await world.deps.redis.pttl(record);
    expect([ttlMs > 20 * 60_000, ttlMs <= 25 * 60_000]).toEqual([true, true]);
  });

  it('answers with the priced lines, the total and a receipt', async () => {
    const { pass } = await world.admit();
    const wish = {
      performanceId: 'concert-1',
      items: [
        { zoneId: 'stalls', seats: ['a-1', 'a-2'] },
        { zoneId: 'standing', quantity: 2 },
      ],
    };
    const view = await hold(pass, wish);
    expect(view).toMatchObject({
      performanceId: 'concert-1',
      items: [
        { zoneId: 'stalls', seatId: 'a-1', quantity: 1, priceMinor: 4500 },
        { zoneId: 'stalls', seatId: 'a-2', quantity: 1, priceMinor: 4500 },
        { zoneId: 'standing', quantity: 2, priceMinor: 1200 },
      ],
      total: { amountMinor: 11_400, currency: 'GBP' },
    });
    expect(Date.parse(view.expiresAt) - Date.parse(view.now)).toBe(600_000);
    expect(view.fence).toMatch(/^1\.\d+$/);
  });

  it('replays the very same answer for the same key, and refuses the key for another body', async () => {
    const { pass } = await world.admit();
    const first = await world.post('/v1/holds', pass, seatsWish('a-1'), 'k');
    const { holdId } = (await first.clone().json()) as HoldView;
    expect(first.headers.get('location')).toBe(`${ORIGIN}/api/core/v1/holds/${holdId}`);
    const again = await world.post('/v1/holds', pass, seatsWish('a-1'), 'k');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(await again.text()).toBe(await first.text());
    expect(await problemOf(await world.post('/v1/holds', pass, seatsWish('a-2'), 'k'))).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
  });

  it('names the seats that are taken, what a zone has left, and the limit', async () => {
    const [anna, ben] = [await world.admit(), await world.admit()];
    await hold(anna.pass, seatsWish('a-1', 'a-2'));
    const taken = await problemOf(await world.post('/v1/holds', ben.pass, seatsWish('a-3', 'a-2')));
    expect(taken).toMatchObject({ status: 409, code: 'seats_unavailable', seats: ['a-2'] });
    const standing = (quantity: number) => ({ performanceId: 'concert-1', items: [{ zoneId: 'standing', quantity }] });
    for (let i = 0; i < 3; i += 1) await hold((await world.admit()).pass, standing(6));
    expect(await problemOf(await world.post('/v1/holds', ben.pass, standing(3)))).toMatchObject({
      code: 'zone_sold_out',
      available: 2,
    });
    const many = seatsWish('a-11', 'a-12', 'a-13', 'a-14', 'a-15', 'a-16', 'a-17');
    expect(await problemOf(await world.post('/v1/holds', ben.pass, many))).toMatchObject({
      code: 'limit_reached',
      limit: 6,
    });
  });

  it('chooses seats for who names only a number, and signs a receipt for them', async () => {
    const { pass } = await world.admit();
    const wish = { performanceId: 'concert-1', items: [{ zoneId: 'stalls', quantity: 2, select: 'best_available' }] };
    const answered = await world.post('/v1/holds', pass, wish, 'best');
    const view = await viewOf(answered);
    expect(answered.status).toBe(201);
    const [first, second] = view.items.map((item) => Number(item.seatId?.slice(2)));
    expect(view.items).toHaveLength(2);
    expect(second).toBe((first ?? 0) + 1);
    expect(view.total).toEqual({ amountMinor: 9000, currency: 'GBP' });
    const again = await world.post('/v1/holds', pass, wish, 'best');
    expect((await viewOf(again)).items).toEqual(view.items);
    const found = await world.get(`/v1/holds/${view.holdId}`, view.receipt);
    expect((await viewOf(found)).items).toEqual(view.items);
    const accessible = { performanceId: 'concert-1', items: [{ zoneId: 'stalls', quantity: 1, accessible: true }] };
    expect(await problemOf(await world.post('/v1/holds', pass, accessible))).toMatchObject({
      status: 409,
      code: 'zone_sold_out',
      available: 0,
    });
  });

  it('tells each refused field with its path', async () => {
    const { pass } = await world.admit();
    const paths = async (wish: unknown) => {
      const refused = await problemOf(await world.post('/v1/holds', pass, wish));
      expect(refused).toMatchObject({ status: 422, code: 'invalid_request' });
      return refused.errors?.map((error) => error.path);
    };
    const item = (value: unknown) => ({ performanceId: 'concert-1', items: [value] });
    expect(await paths(item({ zoneId: 'balcony', quantity: 1 }))).toEqual(['items.0.zoneId']);
    expect(await paths(item({ zoneId: 'stalls', seats: ['a-1', 'z-9'] }))).toEqual(['items.0.seats.1']);
    expect(await paths(item({ zoneId: 'standing', quantity: 1, focus: 'front' }))).toEqual(['items.0.focus']);
    expect(await paths(item({ zoneId: 'standing', quantity: 1, accessible: true }))).toEqual(['items.0.accessible']);
    expect(await paths(item({ zoneId: 'stalls', quantity: 1, select: 'worst' }))).toHaveLength(1);
    expect(await paths(item({ zoneId: 'standing', seats: ['a-1'] }))).toEqual(['items.0.seats']);
    for (const quantity of [0, -1, 1.5, 1e9, '2', null])
      expect(await paths(item({ zoneId: 'standing', quantity }))).toHaveLength(1);
    expect(await paths({ ...seatsWish('a-1'), legs: { from: 'BCT', to: 'NDLS' } })).toEqual(['legs.from', 'legs.to']);
    expect(await paths({ ...seatsWish('a-1'), performanceId: 7 })).toEqual(['performanceId']);
    const twice = {
      performanceId: 'concert-1',
      items: [
        { zoneId: 'stalls', seats: ['a-1'] },
        { zoneId: 'stalls', seats: ['a-1'] },
      ],
    };
    expect(await paths(twice)).toEqual(['items.1.seats.0']);
  });

  it('refuses unknown performances, broken bodies and missing keys before anything is held', async () => {
    const { pass } = await world.admit();
    const code = async (body: unknown, key?: string | null) =>
      (await problemOf(await world.post('/v1/holds', pass, body, key))).code;
    expect(await code({ ...seatsWish('a-1'), performanceId: 'no-such' })).toBe('performance_not_found');
    expect(await code('{"performanceId": NaN}')).toBe('malformed_json');
    expect(await code('['.repeat(1000) + ']'.repeat(1000))).toBe('invalid_request');
    expect(await code({ ...seatsWish('a-1'), note: 'x'.repeat(70_000) })).toBe('payload_too_large');
    expect(await code(seatsWish('a-1'), null)).toBe('idempotency_key_required');
    expect(await code(seatsWish('a-1'), 'k'.repeat(256))).toBe('idempotency_key_invalid');
    expect(await world.deps.redis.zcard(inventoryKeys('demo', 'concert-1').holds)).toBe(0);
  });

  it('takes overlapping legs once and others again', async () => {
    const [anna, ben] = [await world.admit('other'), await world.admit('other')];
    const ride = (from: string, to: string) => ({
      performanceId: 'train-1',
      items: [{ zoneId: 'sleeper', seats: ['s1-1'] }],
      legs: { from, to },
    });
    expect(await hold(anna.pass, ride('BCT', 'KOTA'))).toMatchObject({ legs: { from: 'BCT', to: 'KOTA' } });
    expect(await problemOf(await world.post('/v1/holds', ben.pass, ride('BRC', 'NDLS')))).toMatchObject({
      seats: ['s1-1'],
    });
    await hold(ben.pass, ride('KOTA', 'NDLS'));
    expect(await problemOf(await world.post('/v1/holds', ben.pass, ride('NDLS', 'KOTA')))).toMatchObject({
      errors: [{ path: 'legs.to' }],
    });
  });

  it("takes no other room's pass and none whose session was ended", async () => {
    const stranger = await world.admit('other');
    expect(await problemOf(await world.post('/v1/holds', stranger.pass, seatsWish('a-1')))).toMatchObject({
      status: 403,
      code: 'not_admitted',
    });
    const { ticketId, pass } = await world.admit();
    await world.deps.redis.del(accessKey('demo', ticketId));
    expect(await problemOf(await world.post('/v1/holds', pass, seatsWish('a-1')))).toMatchObject({
      status: 403,
      code: 'session_ended',
    });
  });
});

describe('a hold afterwards', () => {
  it('is shown, extended and given back by its receipt alone, and by no other', async () => {
    const [anna, ben] = [await world.admit(), await world.admit()];
    const view = await hold(anna.pass, seatsWish('a-1'));
    const other = await hold(ben.pass, seatsWish('a-2'));
    const path = `/v1/holds/${view.holdId}`;
    expect(await (await world.get(path, view.receipt)).json()).toMatchObject({
      holdId: view.holdId,
      expiresAt: view.expiresAt,
    });
    expect((await world.get(path, other.receipt)).status).toBe(404);
    expect((await world.get(path, anna.pass)).status).toBe(401);
    expect((await world.get(path)).status).toBe(401);

    const extended = await world.post(`${path}/extend`, anna.pass, { receipt: view.receipt }, 'e1');
    expect(extended.status).toBe(200);
    const longer = (await extended.json()) as HoldView;
    expect(Date.parse(longer.expiresAt) - Date.parse(view.expiresAt)).toBe(300_000);
    expect((await world.post(`${path}/extend`, ben.pass, { receipt: longer.receipt })).status).toBe(403);
    expect((await world.post(`${path}/extend`, anna.pass, { receipt: longer.receipt })).status).toBe(200);
    expect(await problemOf(await world.post(`${path}/extend`, anna.pass, { receipt: longer.receipt }))).toMatchObject({
      status: 409,
      code: 'extension_refused',
    });

    const release = () =>
      world.app.request(path, { method: 'DELETE', headers: { authorization: `Bearer ${longer.receipt}` } });
    expect([(await release()).status, (await release()).status]).toEqual([204, 204]);
    expect((await world.get(path, longer.receipt)).status).toBe(404);
    await hold(ben.pass, seatsWish('a-1'));
  });
});

describe('a lost inventory', () => {
  it('is loaded again by the first hold that misses it, while looking goes on', async () => {
    await world.deps.redis.flushall();
    await world.openRoom('demo', 2);
    const { pass } = await world.admit();
    const refused = await world.post('/v1/holds', pass, seatsWish('a-1'));
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await problemOf(refused)).toMatchObject({ status: 503, code: 'inventory_rebuilding' });
    const performance = await world.deps.catalogue.performance('concert-1');
    if (performance !== null) await world.deps.inventory.load(performance);
    expect(await hold(pass, seatsWish('a-1'))).toMatchObject({ fence: expect.stringMatching(/^2\./) as string });
    expect(await world.deps.redis.get(performanceRoomKey('concert-1'))).toBe('demo');
  });
});
