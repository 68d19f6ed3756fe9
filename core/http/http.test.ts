import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { OperatingError } from '../../platform/operating-error.ts';
import { readBearer } from './credentials.ts';
import { createGateIdentity } from './gate-identity.ts';
import { bodyHash, requireIdempotencyKey } from './idempotency-key.ts';
import { readJson } from './json-body.ts';
import { storeFailureOf, withinDeadline } from './store-failure.ts';

const schema = v.strictObject({ name: v.string() });
const request = (body: string, contentType = 'application/json') =>
  new Request('http://core.test/', { method: 'POST', body, headers: { 'content-type': contentType } });
const refusalOf = async (body: string, contentType?: string) => {
  try {
    return await readJson(request(body, contentType), schema);
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return { code: error.code, ...(error.details.errors ? { errors: error.details.errors } : {}) };
  }
};

describe('a JSON body', () => {
  it('is read when it fits the schema', async () => {
    expect(await refusalOf('{"name":"a"}', 'application/json; charset=utf-8')).toEqual({ name: 'a' });
  });
  it('is refused by its type, its size, its syntax and its fields, in that order', async () => {
    expect(await refusalOf('{', 'text/plain')).toEqual({ code: 'unsupported_media_type' });
    expect(await refusalOf(`{${' '.repeat(65_536)}`)).toEqual({ code: 'payload_too_large' });
    expect(await refusalOf('{')).toEqual({ code: 'malformed_json' });
    expect(await refusalOf('')).toEqual({ code: 'malformed_json' });
    expect(await refusalOf('{"name":1}')).toMatchObject({ code: 'invalid_request', errors: [{ path: 'name' }] });
  });
  it('is an object: an array is refused, also where every field is optional', async () => {
    const refused = { code: 'invalid_request', errors: [{ path: '', message: 'must be an object, not an array' }] };
    for (const body of ['[]', '[{"name":"a"}]', '[1]']) expect(await refusalOf(body)).toEqual(refused);
  });
  it('that nests a thousand times too deep is refused at once', async () => {
    let best = Number.POSITIVE_INFINITY;
    // The best of some: a busy machine may pause any one of them.
    for (let turn = 0; turn < 40 && best >= 50; turn += 1) {
      const began = performance.now();
      expect(await refusalOf('['.repeat(65_000))).toMatchObject({ code: 'invalid_request' });
      best = Math.min(best, performance.now() - began);
    }
    expect(best).toBeLessThan(50);
  });
  it('may be exactly as large and as deep as allowed, and no more', async () => {
    const fits = `{"name":"${'x'.repeat(65_536 - 11)}"}`;
    expect(await refusalOf(fits)).toHaveProperty('name');
    expect(await refusalOf(`${fits} `)).toEqual({ code: 'payload_too_large' });
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(await refusalOf(nested(16))).not.toMatchObject({ errors: [{ path: '', message: 'nested deeper than 16' }] });
    expect(await refusalOf(nested(17))).toMatchObject({ errors: [{ path: '', message: 'nested deeper than 16' }] });
  });
  it('may hold brackets in its texts', async () => {
    expect(await refusalOf(`{"name":"${'[{'.repeat(50)} \\" ["}`)).toHaveProperty('name');
  });
});

describe('who asks', () => {
  const identify = createGateIdentity('the secret');
  const from = (headers: Record<string, string>) => identify(new Headers(headers));
  it('is believed only beside the right secret', () => {
    const gate = { 'onsale-client-address': '192.0.2.1', 'onsale-secret': 'the secret' };
    expect(from(gate)).toEqual({ clientAddress: '192.0.2.1', requestId: null });
    const requestId = '01890f3e-7b7c-7cc2-98c4-dc0c0c07398f';
    expect(from({ ...gate, 'onsale-request-id': requestId })).toMatchObject({ requestId });
    expect(from({ ...gate, 'onsale-request-id': 'not an id' })).toMatchObject({ requestId: null });
    expect(from({ 'onsale-client-address': '192.0.2.1', 'onsale-secret': 'another' })).toBeNull();
    expect(from({ 'onsale-client-address': '192.0.2.1' })).toBeNull();
    expect(from({ 'onsale-secret': 'the secret' })).toEqual({ clientAddress: null, requestId: null });
  });
});

describe('headers', () => {
  it('carry one bearer token', () => {
    expect(readBearer(new Headers({ authorization: 'bearer a.b-c_d' }))).toBe('a.b-c_d');
    for (const authorization of ['', 'Bearer', 'Bearer a b', 'Basic a'])
      expect(readBearer(new Headers({ authorization }))).toBeNull();
  });
  it('carry an Idempotency-Key of 1 to 255 printable characters', () => {
    const keyOf = (key: string) => requireIdempotencyKey(new Headers({ 'idempotency-key': key }));
    expect(keyOf('k'.repeat(255))).toHaveLength(255);
    expect(() => keyOf('k'.repeat(256))).toThrow('idempotency_key_invalid');
    expect(() => keyOf('ö')).toThrow('idempotency_key_invalid');
    expect(() => requireIdempotencyKey(new Headers())).toThrow('idempotency_key_required');
  });
  it('tie a key to a route and a body, whatever its white space', () => {
    expect(bodyHash('POST /a', { a: 1 })).toBe(bodyHash('POST /a', JSON.parse('{ "a": 1 }')));
    expect(bodyHash('POST /a', { a: 1 })).not.toBe(bodyHash('POST /b', { a: 1 }));
  });
});

describe('a store that is away', () => {
  const withCode = (code: string, cause?: unknown) => Object.assign(new Error('x', { cause }), { code });
  it('is told apart from faults of ours, also when it is wrapped', () => {
    expect(storeFailureOf(withCode('ECONNREFUSED'))).toBe('postgres');
    expect(storeFailureOf(withCode('57P01'))).toBe('postgres');
    expect(storeFailureOf(new Error('query failed', { cause: withCode('CONNECTION_CLOSED') }))).toBe('postgres');
    expect(storeFailureOf(withCode('ERR_JWKS_TIMEOUT'))).toBe('keys');
    expect(storeFailureOf(withCode('23505'))).toBeNull();
    expect(storeFailureOf(new TypeError('x is undefined'))).toBeNull();
  });
  it('is not waited for beyond the deadline', async () => {
    await expect(withinDeadline({}, () => new Promise(() => {}), 5)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    expect(await withinDeadline({}, () => Promise.resolve(7), 1000)).toBe(7);
  });
});
