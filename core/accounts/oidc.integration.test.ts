import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { createCustomer } from './customer.fixture.ts';

const ISSUER = 'https://accounts.example';
const AUDIENCE = 'onsale';
const EMAIL = 'ada@example.org';

let world: CoreWorld;
let provider: Server;
let keys: { rsa: CryptoKey; ec: CryptoKey; stranger: CryptoKey };
let hasKeys = true;
beforeAll(async () => {
  const [rsa, ec, stranger] = await Promise.all([
    generateKeyPair('RS256'),
    generateKeyPair('ES384'),
    generateKeyPair('RS256'),
  ]);
  keys = { rsa: rsa.privateKey, ec: ec.privateKey, stranger: stranger.privateKey };
  const published = [
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES384' },
  ];
  provider = createServer((_request, response) => {
    response.statusCode = hasKeys ? 200 : 500;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
  });
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const address = provider.address();
  const jwksUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/keys`;
  world = await startCoreWorld({
    standing: 20,
    oidc: { issuer: ISSUER, audience: AUDIENCE, jwksUrl, algorithms: ['RS256'] },
  });
});
afterAll(async () => {
  await world.close();
  provider.close();
});

const inSeconds = (seconds: number): number => Math.floor(world.deps.clock.nowMs() / 1000) + seconds;
type Over = Partial<Record<keyof JWTPayload, unknown>>;
const claims = (over: Over = {}): JWTPayload => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'subject-1',
  exp: inSeconds(300),
  iat: inSeconds(0),
  email: EMAIL,
  email_verified: true,
  ...over,
});
const token = (over: Over = {}, alg = 'RS256', key: CryptoKey | Uint8Array = keys.rsa, kid = 'rsa'): Promise<string> =>
  new SignJWT(claims(over)).setProtectedHeader({ alg, kid }).sign(key);
const me = (bearer: string) => world.call('GET', '/v1/accounts/me', { token: bearer });

it('a provider whose keys can’t be had is no forgery: 503, and well again with them', async () => {
  hasKeys = false;
  expect((await me(await token())).status).toBe(503);
  hasKeys = true;
  expect((await me(await token())).status).toBe(200);
});

it('a provider’s token opens the account of its verified address, the same for good', async () => {
  const session = await createCustomer(world).signIn('Ada@example.org');
  const [bySession, byToken] = [await me(session), await me(await token())];
  expect(byToken.body).toEqual(bySession.body);
  expect((await me(await token({ email: 'moved@example.net' }))).body).toEqual(bySession.body);
  expect((await me(await token({ sub: 'subject-2', email: 'else@example.org' }))).body['email']).toBe(
    'else@example.org',
  );

  const { receipt } = await world.holdSeats(['s1']);
  const bearer = await token();
  const booked = await world.call('POST', '/v1/bookings', {
    key: newId(),
    token: bearer,
    body: { receipt, buyer: { name: 'Ada', email: 'other@example.org' } },
  });
  expect(booked.status).toBe(201);
  expect((await world.call('GET', `/v1/bookings/${String(booked.body['bookingId'])}`, { token: bearer })).status).toBe(
    200,
  );
  const strange = await token({ sub: 'subject-2' });
  expect((await world.call('GET', `/v1/bookings/${String(booked.body['bookingId'])}`, { token: strange })).status).toBe(
    404,
  );
});

it('twenty first calls of a subject at once make one account', async () => {
  const bearer = await token({ sub: 'subject-3', email: 'third@example.org' });
  const replies = await Promise.all(Array.from({ length: 20 }, () => me(bearer)));
  expect(new Set(replies.map(({ body }) => body['accountId'])).size).toBe(1);
});

it('erasing ends what was linked', async () => {
  const bearer = await token({ sub: 'subject-4', email: 'fourth@example.org' });
  const before = await me(bearer);
  expect((await world.call('DELETE', '/v1/accounts/me', { token: bearer })).status).toBe(204);
  const rows = await world.sql`SELECT 1 FROM account_identities WHERE subject = 'subject-4'`;
  expect(rows).toHaveLength(0);
  expect((await me(bearer)).body['accountId']).not.toBe(before.body['accountId']);
});

it.each<[string, () => Promise<string> | string]>([
  ['of another key', () => token({}, 'RS256', keys.stranger)],
  ['whose claims were changed', async () => forge(await token(), { sub: 'subject-2' })],
  ['without a signature', () => new UnsecuredJWT(claims()).encode()],
  ['signed as an HMAC with the public key set', () => token({}, 'HS256', new TextEncoder().encode('x'.repeat(32)))],
  ['of an algorithm that is not allowed', () => token({}, 'ES384', keys.ec, 'ec')],
  ['that has expired', () => token({ exp: inSeconds(-6) })],
  ['that is not good yet', () => token({ nbf: inSeconds(60) })],
  ['without an end', () => token({ exp: undefined })],
  ['for another audience', () => token({ aud: 'another-shop' })],
  ['of another issuer', () => token({ iss: 'https://evil.example' })],
  ['without a subject', () => token({ sub: undefined })],
  ['whose address is not verified', () => token({ email_verified: false })],
  ['that says nothing of its address being verified', () => token({ email_verified: undefined })],
  [
    'of an address with a tag, which may be another’s mailbox',
    () => token({ sub: 'tagged', email: 'ada+x@example.org' }),
  ],
  ['without an address', () => token({ email: undefined })],
])('a token %s opens nothing', async (_, make) => {
  const bearer = await make();
  expect((await me(bearer)).status).toBe(401);
  const { receipt } = await world.holdStanding(1);
  const body = { receipt, buyer: { name: 'Eve', email: 'eve@example.org' } };
  expect((await world.call('POST', '/v1/bookings', { key: newId(), token: bearer, body })).status).toBe(401);
});

/** The token with other claims under the old signature. */
function forge(signed: string, over: JWTPayload): string {
  const [head = '', payload = '', signature = ''] = signed.split('.');
  const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...over } as JWTPayload;
  return [head, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}
