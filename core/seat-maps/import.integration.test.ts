import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';

let world: CoreWorld;
let token: string;
beforeAll(async () => {
  world = await startCoreWorld();
  token = await world.operatorToken('operator');
});
afterAll(() => world.close());

const PATH = '/v1/operator/seat-maps';
const send = (body: unknown, { query = '', key = newId(), type = 'application/json', as = token } = {}) =>
  world.call('POST', `${PATH}${query}`, { token: as, key, body, headers: { 'content-type': type } });
const csv = (body: string, query: string) => send(body, { query, type: 'text/csv' });
const count = async () => {
  const [row] = await world.sql<{ maps: number; zones: number; audit: number }[]>`SELECT
    (SELECT count(*)::int FROM seat_maps) AS maps, (SELECT count(*)::int FROM seat_map_zones) AS zones,
    (SELECT count(*)::int FROM audit) AS audit`;
  return row;
};
/** A stadium: zones of 50 rows of 50 seats. */
const stadium = (id: string, zones: number) => ({
  id,
  currency: 'EUR',
  zones: Array.from({ length: zones }, (_, z) => ({
    id: `z${z}`,
    priceMinor: 5000,
    rows: Array.from({ length: 50 }, (_row, r) => ({
      name: String(r + 1),
      seats: Array.from({ length: 50 }, (_seat, s) => ({ id: `z${z}-${r}-${s}`, name: String(s + 1), x: s, y: r })),
    })),
  })),
});
const SMALL = 'zone,row,seat,priceMinor,currency\nbox,A,1,700,EUR\nbox,A,2\n';

it('a dry run judges and writes nothing; the import writes once per key, and a performance takes its zones and prices', async () => {
  const before = await count();
  const dry = await csv(SMALL, '?dryRun=true&id=boxes');
  const zone = { id: 'box', name: 'box', kind: 'reserved', capacity: 2, priceMinor: 700, feeMinor: 0 };
  expect(dry).toMatchObject({
    status: 200,
    body: { id: 'boxes', seatCount: 2, currency: 'EUR', zones: [zone], dryRun: true },
  });
  expect(await count()).toEqual(before);
  const made = await send(SMALL, { query: '?id=boxes', type: 'text/csv', key: 'once' });
  expect(made).toMatchObject({ status: 201, body: { id: 'boxes', sha256: dry.body['sha256'], zones: [zone] } });
  const again = await send(SMALL, { query: '?id=boxes', type: 'text/csv', key: 'once' });
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  expect((await send(SMALL, { query: '?id=other', type: 'text/csv', key: 'once' })).body['code']).toBe(
    'idempotency_key_reused',
  );
  for (const query of ['?id=boxes', '?id=boxes&dryRun=true'])
    expect(await csv(SMALL, query)).toMatchObject({ status: 409, body: { code: 'id_taken' } });
  const viewer = await world.operatorToken('viewer');
  expect((await world.call('GET', `${PATH}/boxes`, { token: viewer })).body).toEqual(made.body);
  expect((await world.call('GET', PATH, { token: viewer })).body['items']).toMatchObject([
    { id: 'boxes' },
    { id: 'hall-map' },
  ]);
  expect((await send(SMALL, { as: viewer, type: 'text/csv' })).body['code']).toBe('forbidden');

  const body = {
    id: 'boxed',
    eventId: 'gala-event',
    room: 'demo',
    startsAt: '2031-05-01T18:00:00Z',
    seatMapId: 'boxes',
    status: 'on_sale',
  };
  const performance = await world.call('POST', '/v1/operator/performances', { token, key: newId(), body });
  expect(performance.body).toMatchObject({ currency: 'EUR', zones: [{ id: 'box', capacity: 2, priceMinor: 700 }] });
  const map = await world.call('GET', '/v1/performances/boxed/seat-map');
  expect(map.body).toEqual({
    zones: [
      {
        id: 'box',
        rows: [
          {
            name: 'A',
            seats: [
              { id: 'box-a-1', name: '1', x: 0, y: 0 },
              { id: 'box-a-2', name: '2', x: 1, y: 0 },
            ],
          },
        ],
      },
    ],
  });
  expect(map.headers.get('etag')).toBe(`"${String(made.body['sha256'])}"`);
});

it('what is wrong is told by one 422, too much by a 413, and nothing is written', async () => {
  const before = await count();
  const wrong: [Promise<Reply>, number, string][] = [
    [csv(`${SMALL}box,A,1`, '?id=x'), 422, 'invalid_request'],
    [csv(SMALL.replace('700', '-700'), '?id=x'), 422, 'invalid_request'],
    [csv(SMALL.replace('EUR', 'XXY'), '?id=x'), 422, 'invalid_request'],
    [csv(SMALL, '?id=Not+a+slug'), 422, 'invalid_request'],
    [csv(SMALL, '?id=x&dryRun=perhaps'), 422, 'invalid_request'],
    [csv(SMALL, ''), 422, 'invalid_request'],
    [send('{"id":'), 400, 'malformed_json'],
    [send('x', { type: 'text/plain' }), 415, 'unsupported_media_type'],
    [send(`"${'x'.repeat(16 * 1024 * 1024)}"`), 413, 'payload_too_large'],
    // The limit of every other call stays what it was.
    [
      world.call('POST', '/v1/operator/events', { token, key: newId(), body: { name: 'x'.repeat(70_000) } }),
      413,
      'payload_too_large',
    ],
  ];
  for (const [reply, status, code] of wrong) expect(await reply).toMatchObject({ status, body: { code } });
  // Ten levels of three each, a quarter of a megabyte: refused for its depth, before anything is made of it.
  let bomb = '"x"';
  for (let level = 0; level < 10; level += 1) bomb = `{"zones":[${bomb},${bomb},${bomb}]}`;
  for (const query of ['', '?dryRun=true']) {
    const refused = await send(bomb, { query });
    expect([refused.status, refused.body['errors']]).toEqual([422, [{ path: '', message: 'nested deeper than 8' }]]);
  }
  expect(await count()).toEqual(before);
});

it('100,000 seats are written in seconds, while others get their answers', async () => {
  const text = JSON.stringify(stadium('stadium', 40));
  let [isDone, slowestMs] = [false, 0];
  const others = (async () => {
    while (!isDone) {
      const began = performance.now();
      await world.call('GET', '/v1/performances/gala');
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
  })();
  const began = performance.now();
  const made = await send(text);
  const tookMs = performance.now() - began;
  isDone = true;
  await others;
  expect(made).toMatchObject({ status: 201, body: { seatCount: 100_000 } });
  // Three seconds on two busy cores, with others' longest wait at 0.7 s.
  expect(tookMs).toBeLessThan(15_000);
  expect(slowestMs).toBeLessThan(5000);
  const twice = stadium('twice', 40);
  const last = twice.zones.at(-1)?.rows.at(-1)?.seats.at(-1);
  Object.assign(last ?? {}, { id: 'z0-0-0' });
  const refused = await send(JSON.stringify(twice));
  expect(refused.body['errors']).toEqual([
    { path: 'zones.39.rows.49.seats.49.id', message: 'line 1: z0-0-0 is the id of zones.0.rows.0.seats.0, too' },
  ]);
}, 30_000);
