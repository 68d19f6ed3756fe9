import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ENTRIES } from '../../local-stack/build/entries.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const compose = read('docker-compose.yml');
/** Where the parts of the deployment read their environment. */
const READERS = [
  'core/config.ts',
  'core/payments/settings.ts',
  'admission-worker/config.ts',
  'feed/config.ts',
  'local-stack/rest-front/main.ts',
  'local-stack/migrate-main.ts',
];
/** The image says where it listens; the sandbox and another address of Stripe are no deployment's. */
const ELSEWHERE = new Set(['HOST', 'ONSALE_PAYMENTS_URL', 'ONSALE_PAYMENTS_WEBHOOK_SECRET', 'ONSALE_STRIPE_URL']);
const OF_STORES = /^(POSTGRES_|REDIS_PASSWORD$|REDISCLI_AUTH$)/;

const namesIn = (text: string): string[] => [...text.matchAll(/^ +([A-Z][A-Z_]{3,}): /gm)].map(([, name = '']) => name);

it('docker-compose.yml sets every variable that a part reads, and none that nobody reads', () => {
  const inline = [
    ...READERS.map(read)
      .join('')
      .matchAll(/[{,] ([A-Z][A-Z_]{3,}): /g),
  ].map(([, name = '']) => name);
  const wanted = new Set([...READERS.flatMap((path) => namesIn(read(path))), ...inline]);
  const set = new Set(namesIn(compose).filter((name) => !OF_STORES.test(name)));
  expect(wanted.size).toBeGreaterThan(20);
  expect([...set].toSorted()).toEqual([...wanted].filter((name) => !ELSEWHERE.has(name)).toSorted());
});

it('docker-compose.yml and the Dockerfile start bundles that the build makes', () => {
  const started = [...(compose + read('Dockerfile')).matchAll(/dist\/([a-z/-]+\.js)/g)].map(([, file = '']) => file);
  expect(started.length).toBeGreaterThan(5);
  expect(started.filter((file) => !ENTRIES.some(({ target }) => target === file))).toEqual([]);
});
