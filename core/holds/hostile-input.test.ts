import { beforeAll, describe, expect, it } from 'vitest';
import { openUntouchableCore, type UntouchableCore } from '../untouchable.fixture.ts';

/** What a refusal may take, ms. */
const AT_MOST_MS = 50;

let core: UntouchableCore;
let pass: string;
beforeAll(async () => {
  core = await openUntouchableCore();
  pass = await core.pass(60_000);
  // The first request of a process also compiles and verifies the pass; it is no measure.
  await attempt('/v1/holds', '{}');
});

/** One request with a good pass; `isSlow` by what it took of the processor, the better of two, since this machine may be busy. */
const attempt = async (path: string, body: string) => {
  const [first, second] = [await refusal(path, body), await refusal(path, body)];
  expect(second).toEqual({ ...first, tookMs: second.tookMs });
  const { tookMs, ...told } = first;
  return { ...told, isSlow: Math.min(tookMs, second.tookMs) >= AT_MOST_MS };
};
const refusal = async (path: string, body: string) => {
  core.touched.length = 0;
  // A booking's credential is the receipt in its body.
  const credential = path === '/v1/bookings' ? {} : { authorization: `Bearer ${pass}` };
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k', ...credential };
  const request = new Request(`http://core.test${path}`, { method: 'POST', headers, body });
  const before = process.cpuUsage();
  const response = await core.app.request(request);
  const { user, system } = process.cpuUsage(before);
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code, touched: [...core.touched], tookMs: (user + system) / 1000 };
};
const quantity = (text: string) => `{"performanceId":"concert-1","items":[{"zoneId":"standing","quantity":${text}}]}`;
const seats = (list: string[]) =>
  JSON.stringify({ performanceId: 'concert-1', items: [{ zoneId: 'stalls', seats: list }] });
const refused = (status: number, code: string) => ({ status, code, touched: [], isSlow: false });

describe('a hold that nobody can mean is refused at once, with its code and without a store', () => {
  it.each(['0', '-1', '1.5', '1e9', '"2"', 'null', 'true', '9007199254740993', '1e400'])(
    'quantity %s',
    async (text) => {
      expect(await attempt('/v1/holds', quantity(text))).toEqual(refused(422, 'invalid_request'));
    },
  );

  it.each(['NaN', 'Infinity', '0x2', '+2', ''])('quantity %s, which is no JSON', async (text) => {
    expect(await attempt('/v1/holds', quantity(text))).toEqual(refused(400, 'malformed_json'));
  });

  it('10,000 seats, as short as they may be and as long', async () => {
    const named = (prefix: string) => Array.from({ length: 10_000 }, (_, i) => `${prefix}${i.toString(36)}`);
    expect(await attempt('/v1/holds', seats(named('')))).toEqual(refused(422, 'invalid_request'));
    expect(await attempt('/v1/holds', seats(named('stalls-')))).toEqual(refused(413, 'payload_too_large'));
  });

  it('one seat twice, 51 seats, none, and items without number', async () => {
    const invalid = refused(422, 'invalid_request');
    expect(await attempt('/v1/holds', seats(['a-1', 'a-2', 'a-1']))).toEqual(invalid);
    expect(await attempt('/v1/holds', seats(Array.from({ length: 51 }, (_, i) => `a-${i}`)))).toEqual(invalid);
    expect(await attempt('/v1/holds', seats([]))).toEqual(invalid);
    const item = { zoneId: 'standing', quantity: 1 };
    for (const items of [[], Array.from({ length: 11 }, () => item), [item, null], { 0: item }])
      expect(await attempt('/v1/holds', JSON.stringify({ performanceId: 'concert-1', items }))).toEqual(invalid);
  });
});

describe.each(['/v1/holds', '/v1/holds/h1/extend', '/v1/bookings'])('POST %s', (path) => {
  it('refuses 5 MB', async () => {
    expect(await attempt(path, `{"a":"${'x'.repeat(5_000_000)}"}`)).toEqual(refused(413, 'payload_too_large'));
  });

  it('refuses JSON a thousand deep before anything is built from it', async () => {
    for (const deep of [`${'['.repeat(1000)}${']'.repeat(1000)}`, `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`])
      expect(await attempt(path, deep)).toEqual(refused(422, 'invalid_request'));
  });

  it('refuses what is no object, and a prototype that would like to be changed', async () => {
    // Whoever brings no receipt is told that first.
    const expected = path === '/v1/bookings' ? refused(401, 'unauthenticated') : refused(422, 'invalid_request');
    for (const text of ['7', 'null', '"x"', '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{}}}'])
      expect(await attempt(path, text)).toEqual(expected);
    expect(await attempt(path, '[]')).toEqual(refused(422, 'invalid_request'));
  });
});
