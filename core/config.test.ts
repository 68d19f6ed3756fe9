import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateOkpKeySet } from '../tokens/generate-keys.ts';
import { readCoreConfig } from './config.ts';

const PROVIDER = {
  ONSALE_OIDC_ISSUER: 'https://accounts.example',
  ONSALE_OIDC_AUDIENCE: 'onsale',
  ONSALE_OIDC_JWKS_URL: 'https://accounts.example/keys',
};

let folder: string;
let base: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'onsale-config-'));
  const keys = join(folder, 'keys.json');
  writeFileSync(keys, JSON.stringify(await generateOkpKeySet()));
  base = {
    DATABASE_URL: 'postgres://127.0.0.1/onsale',
    REDIS_URL: 'redis://127.0.0.1',
    ONSALE_ORIGIN: 'https://tickets.example',
    ONSALE_FEED_URL: 'wss://feed.example',
    ONSALE_CORE_SECRET: 'x'.repeat(16),
    ONSALE_EDGE_JWKS_URL: 'https://tickets.example/.well-known/jwks.json',
    ONSALE_CORE_KEYS_FILE: keys,
    ONSALE_OPERATOR_JWKS_FILE: keys,
    ONSALE_PAYMENTS_URL: 'http://127.0.0.1:1',
    ONSALE_PAYMENTS_WEBHOOK_SECRET: 'whsec_dGVzdA==',
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

const oidcOf = (env: Record<string, string>) => readCoreConfig({ ...base, ...env }).oidc;

it('an identity provider is whole or absent, and signs by algorithms of the list', () => {
  expect(oidcOf({})).toBeNull();
  expect(
    oidcOf({ ...PROVIDER, ONSALE_OIDC_ISSUER: '', ONSALE_OIDC_AUDIENCE: '', ONSALE_OIDC_JWKS_URL: '' }),
  ).toBeNull();
  expect(oidcOf(PROVIDER)).toMatchObject({ issuer: 'https://accounts.example', algorithms: ['RS256', 'ES256'] });
  expect(oidcOf({ ...PROVIDER, ONSALE_OIDC_ALGORITHMS: 'EdDSA, PS256' })?.algorithms).toEqual(['EdDSA', 'PS256']);
  for (const algorithms of ['none', 'HS256', 'RS256,HS256', ','])
    expect(() => oidcOf({ ...PROVIDER, ONSALE_OIDC_ALGORITHMS: algorithms })).toThrow('ONSALE_OIDC_ALGORITHMS');
  for (const missing of Object.keys(PROVIDER))
    expect(() => oidcOf({ ...PROVIDER, [missing]: '' })).toThrow('set all or none');
});
