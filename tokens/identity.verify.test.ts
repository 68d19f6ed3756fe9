import { base64url, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { IDENTITY_ALGORITHMS, identityKeysSchema } from '../contracts/identity-keys.ts';
import { openShop, type TestShop } from '../edge/identity/shop.fixture.ts';
import { generateOkpKeySet } from './generate-keys.ts';
import { identityKeySet, isUsableKey, verifyIdentity } from './identity.verify.ts';

const nowMs = 1_800_000_000_000;
const iat = nowMs / 1000;
let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
const check = (token: string, atMs = nowMs, of = shop) =>
  verifyIdentity(identityKeySet([of.key]), token, { room: 'demo', nowMs: atMs });

describe('an identity', () => {
  it.each(IDENTITY_ALGORITHMS)('signed with %s names who it is', async (alg) => {
    const signer = await openShop(alg);
    expect(await check(await signer.sign('anna', { nowMs }), nowMs, signer)).toEqual({ ok: true, subject: 'anna' });
  });

  it('counts until one millisecond before its end and no longer', async () => {
    const token = await shop.sign('anna', { nowMs, lifeSeconds: 600 });
    expect(await check(token, nowMs + 599_999)).toMatchObject({ ok: true });
    expect(await check(token, nowMs + 600_000)).toEqual({ ok: false });
  });

  it('is refused when it lives too long, is dated ahead, or is longer than one can be', async () => {
    const refused = [
      shop.sign('anna', { nowMs, lifeSeconds: 601 }),
      shop.sign('anna', { nowMs: nowMs + 61_000 }),
      shop.sign('anna', { nowMs, claims: { note: 'x'.repeat(4096) } }),
    ];
    for (const token of refused) expect(await check(await token)).toEqual({ ok: false });
    expect(await check(await shop.sign('anna', { nowMs: nowMs + 60_000 }))).toMatchObject({ ok: true });
  });

  it('is refused for another room, for several rooms, and under another typ', async () => {
    const refused = [
      shop.sign('anna', { nowMs, aud: 'other' }),
      shop.sign('anna', { nowMs, aud: ['demo', 'other'] }),
      shop.sign('anna', { nowMs, aud: 'queue:demo' }),
      shop.sign('anna', { nowMs, typ: 'JWT' }),
      shop.sign('anna', { nowMs, typ: 'queue-ticket+jwt' }),
    ];
    for (const token of refused) expect(await check(await token)).toEqual({ ok: false });
    expect(await check(await shop.sign('anna', { nowMs, aud: ['demo'] }))).toMatchObject({ ok: true });
  });

  it('is refused without sub, aud, iat or exp, and with a sub that is no name', async () => {
    for (const claims of [{ sub: '' }, { sub: 'x'.repeat(257) }])
      expect(await check(await shop.sign('anna', { nowMs, claims }))).toEqual({ ok: false });
    const whole = { sub: 'anna', aud: 'demo', iat, exp: iat + 60 };
    for (const missing of ['sub', 'aud', 'iat', 'exp']) {
      const claims = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== missing));
      const header = { alg: 'EdDSA', typ: 'identity+jwt', kid: 'shop-1' };
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(shop.privateKey);
      expect(await check(token), missing).toEqual({ ok: false });
    }
  });

  it('is refused of another key, of a key that is pinned to another algorithm, unsigned, and altered', async () => {
    const stranger = await openShop();
    expect(await check(await stranger.sign('anna', { nowMs }))).toEqual({ ok: false });
    expect(await check(await shop.sign('anna', { nowMs, kid: 'shop-2' }))).toEqual({ ok: false });
    const token = await shop.sign('anna', { nowMs });
    const [, payload = '', signature = ''] = token.split('.');
    const head = (fields: object) =>
      base64url.encode(JSON.stringify({ typ: 'identity+jwt', kid: 'shop-1', ...fields }));
    for (const forged of [
      `${head({ alg: 'none' })}.${payload}.`,
      `${head({ alg: 'HS256' })}.${payload}.${signature}`,
      `${head({ alg: 'RS256' })}.${payload}.${signature}`,
      `${head({ alg: 'EdDSA' })}.${payload.slice(0, -2)}AA.${signature}`,
      'garbage',
      '',
    ])
      expect(await check(forged)).toEqual({ ok: false });
    // The public key as a shared secret: the classic confusion.
    const secret = new TextEncoder().encode(JSON.stringify(shop.key));
    const claims = { sub: 'anna', aud: 'demo', iat, exp: iat + 60 };
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'identity+jwt', kid: 'shop-1' })
      .sign(secret);
    expect(await check(confused)).toEqual({ ok: false });
  });

  it('is refused by a room without keys', async () => {
    const token = await shop.sign('anna', { nowMs });
    expect(await verifyIdentity(identityKeySet([]), token, { room: 'demo', nowMs })).toEqual({ ok: false });
  });
});

describe('keys of a room', () => {
  const refusal = (keys: unknown) => v.safeParse(identityKeysSchema, keys).issues?.map(({ message }) => message) ?? [];

  it('are public ones: a private or shared one is named as such and not repeated', async () => {
    const [key] = (await generateOkpKeySet()).keys;
    const messages = [
      refusal([{ ...key, alg: 'EdDSA' }]),
      refusal([{ kty: 'oct', alg: 'HS256', kid: 'a', k: 'c2VjcmV0' }]),
    ];
    for (const found of messages) expect(found).toEqual([expect.stringMatching(/^is a private or shared key/)]);
    expect(JSON.stringify(messages)).not.toContain(key?.d ?? 'c2VjcmV0');
  });

  it('name their algorithm and themselves, once each, and are eight at most', () => {
    const { alg: _alg, ...unpinned } = shop.key;
    const { kid: _kid, ...nameless } = shop.key;
    for (const keys of [[unpinned], [nameless], [shop.key, shop.key], [{ ...shop.key, alg: 'none' }], ['x'], {}, null])
      expect(refusal(keys)).not.toEqual([]);
    expect(refusal(Array.from({ length: 9 }, (_, i) => ({ ...shop.key, kid: `k${i}` })))).not.toEqual([]);
    expect(refusal([shop.key])).toEqual([]);
  });

  it('can be used, or it is known before a visitor comes', async () => {
    expect(await isUsableKey(shop.key)).toBe(true);
    const ec = await openShop('ES256');
    expect(await isUsableKey(ec.key)).toBe(true);
    if (ec.key.kty !== 'EC') throw new Error('not that kind of key');
    expect(await isUsableKey({ ...ec.key, y: ec.key.x })).toBe(false);
  });
});
