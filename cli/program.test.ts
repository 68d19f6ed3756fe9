import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateOkpKeySet } from '../tokens/generate-keys.ts';
import { localKeys, publicKeySet, type OkpKeySet } from '../tokens/key-set.ts';
import { verifyOperatorToken } from '../tokens/operator-token.verify.ts';
import { runCommandLine } from './program.ts';

const ORIGIN = 'https://tickets.example.org';
const folder = mkdtempSync(join(tmpdir(), 'onsale-cli-'));
let keys: OkpKeySet;

beforeAll(async () => {
  keys = await generateOkpKeySet();
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
  writeFileSync(join(folder, 'public.json'), JSON.stringify(publicKeySet(keys)), { mode: 0o600 });
  writeFileSync(join(folder, 'open.json'), JSON.stringify(keys));
  chmodSync(join(folder, 'open.json'), 0o640);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(line: string, env: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const write = (text: string) => void (out += text);
  const code = await runCommandLine(line.split(' '), {
    env,
    cwd: folder,
    out: write,
    err: (text) => void (err += text),
    terminal: { write },
  });
  return { code, out, err };
}
const token = (rest: string, env: Record<string, string> = {}) =>
  run(`operator token --name Asha ${rest}`, { ONSALE_ORIGIN: ORIGIN, ...env });

describe('the command line', () => {
  it('answers --help with the commands and 0', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const command of ['operator', 'doctor', 'crowd']) expect(out).toContain(command);
  });

  it('shows a message as its reader gets it, on stdout or in a file', async () => {
    const { code, out } = await run('mail preview refund --language de');
    expect(code).toBe(0);
    expect(out).toMatch(/^Subject: Erstattet: 204,00\s£ für Beethoven/);
    expect((await run('mail preview ticket --html --out ticket.html')).out).toBe(
      'Your tickets: Beethoven: Symphony No. 9\n',
    );
    expect(readFileSync(join(folder, 'ticket.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect((await run('mail preview nothing')).code).toBe(2);
    expect((await run('mail preview ticket --language xx')).code).toBe(2);
    expect((await run('mail preview ticket --out no/such/folder')).err).toContain('can’t be written');
    expect((await run('mail preview --help')).out).toContain('--language');
  });

  it.each(['nope', 'operator nope', 'crowd --visitors 5 --nope', 'doctor surplus'])(
    'answers `%s` with the usage and 2',
    async (line) => {
      const { code, out, err } = await run(line);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('Usage: onsale');
    },
  );

  it.each([
    ['crowd --visitors 0 --ready-file r', 'visitors'],
    ['crowd --visitors 20001 --ready-file r', 'visitors'],
    ['crowd --visitors 5', 'ready-file'],
    ['crowd --visitors 5 --ready-file r --seconds -1', 'seconds'],
    ['operator token --name A --role king --hours 1', 'role'],
    ['operator token --name A --role door --hours 12.1', 'hours'],
    ['operator token --name A --role door --hours 0', 'hours'],
    ['operator token --role door --hours 1', 'name'],
  ])('refuses `%s` and names the option', async (line, option) => {
    const { code, err } = await run(line);
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`--${option}`));
  });

  it('says what is wrong and how to mend it in two lines, and where only with --debug', async () => {
    const plain = await run('crowd --visitors 5 --ready-file none.json');
    expect(plain.code).toBe(1);
    expect(plain.err).toMatch(/^onsale: The ready file .*none\.json can't be read\.\nFix: .*\n$/);
    const debug = await run('--debug crowd --visitors 5 --ready-file none.json');
    expect(debug.err).toContain('    at ');
    expect(debug.err).toContain('ENOENT');
    // The crowd's code is loaded for it, which takes seconds on a busy machine.
  }, 30_000);
});

describe('onsale operator token', () => {
  it('prints a token that core would take, and nothing else', async () => {
    const { code, out, err } = await token('--role operator --hours 2 --keys keys.json');
    expect([code, err]).toEqual([0, '']);
    const nowMs = Date.now();
    const result = await verifyOperatorToken(localKeys(keys), out.trim(), { issuer: ORIGIN, nowMs });
    expect(result).toMatchObject({ ok: true, claims: { sub: 'Asha', role: 'operator' } });
    if (result.ok) expect(result.claims.exp - result.claims.iat).toBe(7200);
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it('takes keys and origin from the environment, and an origin with a slash', async () => {
    const env = { ONSALE_OPERATOR_KEYS_FILE: join(folder, 'keys.json'), ONSALE_ORIGIN: `${ORIGIN}/` };
    const { code, out } = await token('--role viewer --hours 12', env);
    expect(code).toBe(0);
    const expected = { issuer: ORIGIN, nowMs: Date.now() };
    expect(await verifyOperatorToken(localKeys(keys), out.trim(), expected)).toMatchObject({ ok: true });
  });

  it.each([
    ['--keys open.json', 'chmod 600'],
    ['--keys public.json', 'operator-keys.json'],
    ['--keys none.json', 'ONSALE_OPERATOR_KEYS_FILE'],
    ['', 'ONSALE_OPERATOR_KEYS_FILE'],
    ['--keys keys.json --origin tickets', 'ONSALE_ORIGIN'],
  ])('refuses `%s` and says how to mend it', async (rest, fix) => {
    const { code, out, err } = await token(`--role admin --hours 1${rest === '' ? '' : ` ${rest}`}`);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('Fix: ');
    expect(err).toContain(fix);
  });
});
