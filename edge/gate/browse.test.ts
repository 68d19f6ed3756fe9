import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { ScriptClient } from '../../redis/script-client.ts';
import { createEdgeFixture, problemOf, type EdgeFixture } from '../edge-app.fixture.ts';

const AVAILABILITY = '/api/core/v1/performances/show/availability?from=A';
const SEAT_MAP = '/api/core/v1/performances/show/seat-map';

const none = () => Promise.reject(new Error('not asked for'));
const limiter =
  (allowed: () => boolean): (() => ScriptClient) =>
  () => ({ run: () => Promise.resolve(allowed() ? [1, 0] : [0, 1500]), get: none, isMember: none });

/** The edge before a core that gives these headers along; nobody is turned away. */
const edgeBefore = (headers: Record<string, string>, status = 200): Promise<EdgeFixture> =>
  createEdgeFixture({
    store: limiter(() => true),
    core: () => Promise.resolve(new Response('{"version":"1"}', { status, headers })),
  });
const look = (edge: EdgeFixture, path = AVAILABILITY, headers: Record<string, string> = {}) =>
  Promise.resolve(edge.app.request(path, { headers }));

it('what core lets anybody keep is asked for once in its time, by path and query', async () => {
  const edge = await edgeBefore({ 'cache-control': 'public, max-age=1', 'content-type': 'application/json' });
  const first = await look(edge);
  expect([first.status, first.headers.get('age'), await first.text()]).toEqual([200, '0', '{"version":"1"}']);
  edge.clock.advance(999);
  const kept = await look(edge);
  expect(kept.headers.get('cache-control')).toBe('public, max-age=1');
  expect(kept.headers.get('x-content-type-options')).toBe('nosniff');
  expect(kept.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  expect([edge.coreRequests.length, edge.storeCalls()], 'neither core nor store').toEqual([1, 1]);
  await look(edge, AVAILABILITY.replace('A', 'B'));
  expect(edge.coreRequests).toHaveLength(2);
  edge.clock.advance(1);
  await look(edge);
  expect(edge.coreRequests, 'its second is over').toHaveLength(3);
});

it('what core has not changed since is neither sent nor packed again, and is as fresh as core says', async () => {
  let [text, cacheControl] = [JSON.stringify({ states: 'A'.repeat(34_000) }), 'public, max-age=1'];
  const edge = await createEdgeFixture({
    store: limiter(() => true),
    core: ({ headers }) => {
      const etag = `"${text.slice(11, 12)}"`;
      const isKnown = headers.get('if-none-match') === etag;
      const told = { etag, 'cache-control': cacheControl, vary: 'Accept-Encoding' };
      return Promise.resolve(new Response(isKnown ? null : text, { status: isKnown ? 304 : 200, headers: told }));
    },
  });
  const askedWith = () => edge.coreRequests.map(({ headers }) => headers.get('if-none-match'));
  const first = await look(edge, AVAILABILITY, { 'accept-encoding': 'gzip' });
  edge.clock.advance(1000);
  const renewed = await look(edge, AVAILABILITY, { 'accept-encoding': 'gzip' });
  expect([renewed.status, renewed.headers.get('age'), renewed.headers.get('etag')]).toEqual([200, '0', 'W/"A"']);
  expect(Buffer.from(await renewed.arrayBuffer())).toEqual(Buffer.from(await first.arrayBuffer()));
  expect(askedWith()).toEqual([null, '"A"']);
  edge.clock.advance(999);
  expect((await look(edge)).status).toBe(200);
  expect(edge.coreRequests, 'kept for a second more').toHaveLength(2);

  text = text.replaceAll('A', 'B');
  edge.clock.advance(1);
  const changed = await look(edge, AVAILABILITY);
  expect([changed.headers.get('etag'), await changed.text()]).toEqual(['"B"', text]);
  cacheControl = 'no-store';
  edge.clock.advance(1000);
  for (const asked of [4, 5]) {
    const last = await look(edge, AVAILABILITY);
    expect([last.status, last.headers.get('cache-control'), await last.text()]).toEqual([200, 'no-store', text]);
    expect(edge.coreRequests, 'asked for each time').toHaveLength(asked);
  }
  expect(askedWith()).toEqual([null, '"A"', '"A"', '"B"', '"B"']);
});

it('many looks at once ask core once', async () => {
  const edge = await edgeBefore({ 'cache-control': 'public, max-age=1' });
  const answers = await Promise.all(Array.from({ length: 50 }, () => look(edge)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(edge.coreRequests).toHaveLength(1);
});

it.each([
  ['nothing said', {}],
  ['private', { 'cache-control': 'private, max-age=60' }],
  ['no-store', { 'cache-control': 'public, no-store, max-age=60' }],
  ['a cookie', { 'cache-control': 'public, max-age=60', 'set-cookie': 'a=b' }],
  ['one that varies', { 'cache-control': 'public, max-age=60', vary: 'accept-language' }],
])('an answer with %s is not kept, and a cookie of core reaches nobody', async (_what, headers) => {
  const edge = await edgeBefore(headers);
  await look(edge);
  const second = await look(edge);
  expect([second.status, second.headers.get('set-cookie'), second.headers.get('age')]).toEqual([200, null, null]);
  expect(edge.coreRequests).toHaveLength(2);
});

it('a refusal is not kept', async () => {
  const edge = await edgeBefore({ 'cache-control': 'public, max-age=60' }, 404);
  expect([(await look(edge)).status, (await look(edge)).status]).toEqual([404, 404]);
  expect(edge.coreRequests).toHaveLength(2);
});

it('a caller with a credential asks core itself, and nothing of a caller goes along with a shared question', async () => {
  const edge = await edgeBefore({ 'cache-control': 'public, max-age=60' });
  await look(edge, AVAILABILITY, { 'user-agent': 'somebody', 'accept-language': 'xx', cookie: 'a=b' });
  const sent = edge.coreRequests[0]?.headers;
  expect([sent?.get('user-agent'), sent?.get('accept-language'), sent?.get('cookie')]).toEqual([null, null, null]);
  await look(edge, AVAILABILITY, { authorization: 'Bearer mine' });
  expect(edge.coreRequests.map(({ headers }) => headers.get('authorization'))).toEqual([null, 'Bearer mine']);
});

it('who has the seat map already is told so here', async () => {
  const edge = await edgeBefore({ 'cache-control': 'public, max-age=31536000, immutable', etag: '"map"' });
  expect((await look(edge, SEAT_MAP)).headers.get('etag')).toBe('"map"');
  for (const tags of ['"map"', 'W/"map"', '"other", "map"', '*']) {
    const answer = await look(edge, SEAT_MAP, { 'if-none-match': tags });
    expect([answer.status, answer.headers.get('etag'), await answer.text()], tags).toEqual([304, '"map"', '']);
  }
  expect((await look(edge, SEAT_MAP, { 'if-none-match': '"other"' })).status).toBe(200);
  expect(edge.coreRequests).toHaveLength(1);
});

it('who is turned away for looking too often is turned away alone, and what is kept is for all', async () => {
  let allowed = false;
  const edge = await createEdgeFixture({
    store: limiter(() => allowed),
    core: () => Promise.resolve(new Response('{}', { headers: { 'cache-control': 'public, max-age=1' } })),
  });
  expect(await problemOf(await look(edge))).toMatchObject({ status: 429, code: 'rate_limited' });
  allowed = true;
  expect((await look(edge)).status).toBe(200);
  allowed = false;
  expect((await look(edge)).status).toBe(200);
});

it('a large answer is packed once for who takes gzip, also when core varies by that; its tag is then a weak one', async () => {
  const text = JSON.stringify({ states: 'A'.repeat(34_000) });
  const headers = { 'cache-control': 'public, max-age=1', vary: 'Accept-Encoding', etag: '"1"' };
  const edge = await createEdgeFixture({
    store: limiter(() => true),
    core: () => Promise.resolve(new Response(text, { headers })),
  });
  const plain = await look(edge);
  expect([plain.headers.get('content-encoding'), plain.headers.get('etag'), await plain.text()]).toEqual([
    null,
    '"1"',
    text,
  ]);
  const packed = await look(edge, AVAILABILITY, { 'accept-encoding': 'br, gzip' });
  expect([packed.headers.get('content-encoding'), packed.headers.get('etag'), packed.headers.get('vary')]).toEqual([
    'gzip',
    'W/"1"',
    'Accept-Encoding',
  ]);
  expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(text);
  expect(
    (await look(edge, AVAILABILITY, { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding'),
  ).toBeNull();
  expect((await look(edge, AVAILABILITY, { 'if-none-match': 'W/"1"', 'accept-encoding': 'gzip' })).status).toBe(304);
  expect(edge.coreRequests).toHaveLength(1);
  expect(edge.coreRequests[0]?.headers.get('accept-encoding')).toBe('identity');
});

const seatMap = (seats: number, nameOf: (n: number) => string): string =>
  JSON.stringify({
    zones: [{ id: 'ring', rows: [{ name: 'A', seats: Array.from({ length: seats }, (_, n) => ({ id: nameOf(n) })) }] }],
  });
const IMMUTABLE = { 'cache-control': 'public, max-age=31536000, immutable', vary: 'Accept-Encoding', etag: '"map"' };
const edgeWithMap = (text: string): Promise<EdgeFixture> =>
  createEdgeFixture({
    store: limiter(() => true),
    core: () => Promise.resolve(new Response(text, { headers: IMMUTABLE })),
  });

it('the seat map of a stadium is kept packed, and unpacked for who takes no packing', async () => {
  const text = seatMap(100_000, (n) => `b-${n >> 10}-${n % 1024}`);
  const edge = await edgeWithMap(text);
  const packed = await look(edge, SEAT_MAP, { 'accept-encoding': 'gzip' });
  expect([packed.headers.get('content-encoding'), packed.headers.get('etag')]).toEqual(['gzip', 'W/"map"']);
  expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(text);
  const plain = await look(edge, `${SEAT_MAP}?again=1`);
  expect([plain.headers.get('content-encoding'), plain.headers.get('etag')]).toEqual([null, '"map"']);
  expect(await plain.text()).toBe(text);
  expect((await look(edge, SEAT_MAP, { 'if-none-match': '"map"' })).status).toBe(304);
  expect(edge.coreRequests, 'whatever stands behind the ?').toHaveLength(1);
});

it('a seat map that is too large even when packed is passed on each time', async () => {
  const edge = await edgeWithMap(seatMap(3200, () => randomBytes(1024).toString('base64')));
  for (const asked of [1, 2]) {
    const answer = await look(edge, SEAT_MAP, { 'accept-encoding': 'gzip' });
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, null]);
    expect((await answer.text()).length).toBeGreaterThan(4_000_000);
    expect(edge.coreRequests).toHaveLength(asked);
  }
});

it('the signed list of 15,000 revoked tickets is asked for once in its time', async () => {
  const list = randomBytes(15_000 * 25).toString('base64url');
  const headers = { 'cache-control': 'public, max-age=5' };
  const edge = await createEdgeFixture({
    store: limiter(() => true),
    core: () => Promise.resolve(Response.json({ list }, { headers })),
  });
  const path = '/api/core/v1/check-ins/revocations?performanceId=show';
  const answers = [await look(edge, path), await look(edge, path)];
  expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([{ list }, { list }]);
  expect(edge.coreRequests).toHaveLength(1);
});
