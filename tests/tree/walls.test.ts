import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkWalls } from './check-walls.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A small tree that keeps every wall; each test adds what it must not have. */
const SOUND: Readonly<Record<string, string>> = {
  'contracts/board.ts': `import * as v from 'valibot';\nexport const Board = v.object({ epoch: v.string() });\n`,
  'platform/clock.ts': `export const now = (): number => 0;\n`,
  'tokens/access-pass.sign.ts': `import { SignJWT } from 'jose';\nexport const signPass = (): SignJWT => new SignJWT();\n`,
  'tokens/access-pass.verify.ts': `import { jwtVerify } from 'jose';\nexport const verifyPass = jwtVerify;\n`,
  'tokens/hold-receipt.sign.ts': `export const signReceipt = (): string => '';\n`,
  'redis/client.node.ts': `import { Redis } from 'ioredis';\nexport const open = (url: string): Redis => new Redis(url);\n`,
  'db/rooms.ts': 'export const text = `select id from rooms`;\n',
  'edge/app.ts': `import { signPass } from '../tokens/access-pass.sign.ts';\nexport const app = signPass;\n`,
  'edge/worker.ts': `import { app } from './app.ts';\nexport const worker = app;\n`,
  'edge/node.ts': `import { open } from '../redis/client.node.ts';\nimport { app } from './app.ts';\nexport const node = [open, app];\n`,
  'admission-worker/tick.ts': `import { now } from '../platform/clock.ts';\nexport const tick = now;\n`,
  'feed/main.ts': `import { verifyPass } from '../tokens/access-pass.verify.ts';\nexport const feed = verifyPass;\n`,
  'core/holds.ts': `import { signReceipt } from '../tokens/hold-receipt.sign.ts';\nexport const hold = signReceipt;\n`,
  'web/shared/money.ts': `export const money = (): string => 'Select a seat from the map';\n`,
  'web/shop/main.ts': `import { money } from '../shared/money.ts';\nexport const shop = money;\n`,
  'web/operator/main.ts': `export const operator = 1;\n`,
  'bench/join.ts': `import { hold } from '../core/holds.ts';\nexport const bench = hold;\n`,
};

/** What is planted, and the rule that must name the planted file. */
const PLANTED: readonly { title: string; rule: string; file: string; text: string }[] = [
  {
    title: 'core imports what mints passes',
    rule: 'signs-access-pass',
    file: 'core/mint.ts',
    text: `import { signPass } from '../tokens/access-pass.sign.ts';\nexport const mint = signPass;\n`,
  },
  {
    title: 'core imports what mints passes through a file in between',
    rule: 'signs-access-pass',
    file: 'core/mint-far.ts',
    text: `import { mint } from './mint.ts';\nexport const mintFar = mint;\n`,
  },
  {
    title: 'the feed imports a signing file',
    rule: 'signs-nothing',
    file: 'feed/sign.ts',
    text: `import { signReceipt } from '../tokens/hold-receipt.sign.ts';\nexport const sign = signReceipt;\n`,
  },
  {
    title: 'the admission worker imports a signing file',
    rule: 'signs-nothing',
    file: 'admission-worker/sign.ts',
    text: `import { signPass } from '../tokens/access-pass.sign.ts';\nexport const sign = signPass;\n`,
  },
  {
    title: 'the command line signs passes',
    rule: 'signs-access-pass',
    file: 'cli/pass.ts',
    text: `import { signPass } from '../tokens/access-pass.sign.ts';\nexport const pass = signPass;\n`,
  },
  {
    title: 'a verifying file imports a signing file',
    rule: 'tokens-verify-does-not-sign',
    file: 'tokens/hold-receipt.verify.ts',
    text: `import { signReceipt } from './hold-receipt.sign.ts';\nexport const verifyReceipt = signReceipt;\n`,
  },
  {
    title: 'someone signs a kind of token that has no owner',
    rule: 'signs-unknown-kind',
    file: 'core/voucher.ts',
    text: `import { signVoucher } from '../tokens/voucher.sign.ts';\nexport const voucher = signVoucher;\n`,
  },
  {
    title: 'contracts import the platform',
    rule: 'walls-contracts',
    file: 'contracts/late.ts',
    text: `import { now } from '../platform/clock.ts';\nexport const late = now;\n`,
  },
  {
    title: 'contracts import a package other than valibot',
    rule: 'contracts-import-only-valibot',
    file: 'contracts/id.ts',
    text: `import { v7 } from 'uuid';\nexport const id = v7;\n`,
  },
  {
    title: 'contracts import a Node built-in',
    rule: 'contracts-import-only-valibot',
    file: 'contracts/hash.ts',
    text: `import { createHash } from 'node:crypto';\nexport const hash = createHash;\n`,
  },
  {
    title: 'the edge imports the core, a type only',
    rule: 'walls-edge',
    file: 'edge/hold.ts',
    text: `import type { hold } from '../core/holds.ts';\nexport type Hold = typeof hold;\n`,
  },
  {
    title: 'the feed reaches into the database',
    rule: 'walls-feed',
    file: 'feed/rooms.ts',
    text: `import { text } from '../db/rooms.ts';\nexport const rooms = text;\n`,
  },
  {
    title: 'a page imports the core',
    rule: 'walls-web',
    file: 'web/shop/hold.ts',
    text: `import { hold } from '../../core/holds.ts';\nexport const mine = hold;\n`,
  },
  {
    title: 'one page imports another',
    rule: 'pages-are-separate',
    file: 'web/operator/seats.ts',
    text: `import { shop } from '../shop/main.ts';\nexport const seats = shop;\n`,
  },
  {
    title: 'a folder nobody gave a role imports the platform',
    rule: 'walls-unknown-folder',
    file: 'utils/time.ts',
    text: `import { now } from '../platform/clock.ts';\nexport const time = now;\n`,
  },
  {
    title: 'a shared edge file uses a Node file',
    rule: 'edge-runs-on-workerd',
    file: 'edge/store.ts',
    text: `import { open } from '../redis/client.node.ts';\nexport const store = open;\n`,
  },
  {
    title: 'the Worker reaches a Node built-in through another folder',
    rule: 'worker-bundle-has-no-node',
    file: 'edge/worker.ts',
    text: `import { home } from '../platform/home.ts';\nexport const worker = home;\n`,
  },
  {
    title: 'two files import each other',
    rule: 'no-cycle',
    file: 'platform/ring-a.ts',
    text: `import { b } from './ring-b.ts';\nexport const a = (): unknown => b;\n`,
  },
  {
    title: 'a service imports the benchmark',
    rule: 'imported-by-none',
    file: 'core/bench.ts',
    text: `import { bench } from '../bench/join.ts';\nexport const measured = bench;\n`,
  },
  {
    title: 'a file imports a test',
    rule: 'no-import-of-tests',
    file: 'core/borrowed.ts',
    text: `import { helper } from './holds.test.ts';\nexport const borrowed = helper;\n`,
  },
  {
    title: 'the core opens its own Redis client',
    rule: 'wrapped-ioredis',
    file: 'core/redis.ts',
    text: `import { Redis } from 'ioredis';\nexport const redis = Redis;\n`,
  },
  {
    title: 'the core parses tokens itself',
    rule: 'wrapped-jose',
    file: 'core/parse.ts',
    text: `import { decodeJwt } from 'jose';\nexport const parse = decodeJwt;\n`,
  },
  {
    title: 'an import leads nowhere',
    rule: 'no-unresolvable',
    file: 'core/lost.ts',
    text: `import { lost } from './nowhere.ts';\nexport const found = lost;\n`,
  },
  {
    title: 'a service needs a development package',
    rule: 'no-dev-package-in-services',
    file: 'core/check.ts',
    text: `import fc from 'fast-check';\nexport const check = fc;\n`,
  },
  {
    title: 'a statement is written outside db/',
    rule: 'raw-sql-outside-db',
    file: 'core/count.ts',
    text: 'export const count = (tx: (s: TemplateStringsArray) => unknown): unknown => tx`select count(*) from bookings`;\n',
  },
  {
    title: 'a query is put together outside db/',
    rule: 'raw-sql-outside-db',
    file: 'core/unsafe.ts',
    text: 'export const run = (db: { unsafe(text: string): unknown }, text: string): unknown => db.unsafe(text);\n',
  },
];

/** Files the planted ones lean on. */
const SUPPORT: Readonly<Record<string, string>> = {
  'tokens/voucher.sign.ts': `export const signVoucher = (): string => '';\n`,
  'platform/home.ts': `import { homedir } from 'node:os';\nexport const home = homedir;\n`,
  'platform/ring-b.ts': `import { a } from './ring-a.ts';\nexport const b = (): unknown => a;\n`,
  'core/holds.test.ts': `export const helper = 1;\n`,
};

const trees: string[] = [];

function plant(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'onsale-walls-'));
  trees.push(root);
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json'])
    cpSync(join(ROOT, name), join(root, name));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterEach(() => {
  for (const root of trees.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe('the walls', () => {
  test('let a sound tree pass, having looked at all of it', async () => {
    const report = await checkWalls(plant(SOUND));
    expect(report.violations).toEqual([]);
    expect(report.modules).toBeGreaterThanOrEqual(Object.keys(SOUND).length);
    expect(report.dependencies).toBeGreaterThan(10);
    expect(report.sqlFiles).toBe(Object.keys(SOUND).length - 2);
  });

  test('name the rule for each violation planted', async () => {
    const planted = Object.fromEntries(PLANTED.map(({ file, text }) => [file, text]));
    const { violations } = await checkWalls(plant({ ...SOUND, ...SUPPORT, ...planted }));
    const missing = PLANTED.filter(
      ({ rule, file }) =>
        !violations.some((found) => found.rule === rule && found.where.startsWith(file) && found.why !== ''),
    );
    expect(missing.map(({ title, rule }) => `${title}: ${rule} did not fire`)).toEqual([]);
  });

  test('refuse to pass over an empty tree', async () => {
    await expect(checkWalls(plant({}))).rejects.toThrow('the walls were not checked');
  });
});
