import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { lockNameOf, tryExclusive } from '../../local-stack/process/exclusive.ts';
import { formatChecks, isHealthy, missing, ok, warning } from './check.ts';
import { checkDataFolder } from './data-folder.ts';
import { checkNode, checkPort } from './machine.ts';
import { checkChromium, checkRedis } from './programs.ts';
import { checkStack } from './stack.ts';
import { checkChallenges, checkTurnstile } from './turnstile.ts';

const folder = mkdtempSync(join(tmpdir(), 'onsale-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the doctor’s report', () => {
  it('is one line a check, with the fix on it, and a verdict', () => {
    const text = formatChecks([ok('node', '22.1.0'), missing('redis', 'There is\n none.', 'Install it.')]);
    expect(text).toBe(
      'node   ok       22.1.0\nredis  missing  There is none. Fix: Install it.\n\nMissing: 1, warnings: 0.\n',
    );
  });

  it('takes warnings for health and anything missing for none', () => {
    expect(isHealthy([ok('a', ''), warning('b', '', '')])).toBe(true);
    expect(isHealthy([ok('a', ''), missing('b', '', '')])).toBe(false);
  });
});

describe('the doctor', () => {
  it('wants Node 20.19 and takes what is newer', () => {
    expect(['20.18.9', '18.20.0', '20.19.0', '22.0.0'].map((version) => checkNode(version).status)).toEqual([
      'missing',
      'missing',
      'ok',
      'ok',
    ]);
  });

  it('tells a data folder that is free, in use, or not yet there', async () => {
    expect(await checkDataFolder(folder)).toMatchObject({ status: 'ok' });
    expect(await checkDataFolder(join(folder, 'not', 'yet'))).toMatchObject({ status: 'ok' });
    const lock = await tryExclusive(lockNameOf(folder));
    expect(await checkDataFolder(folder)).toMatchObject({ status: 'warning' });
    await lock?.release();
  });

  it('takes the stores of the environment, and misses nothing that only tests need', async () => {
    expect(await checkRedis({ REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({ status: 'ok' });
    expect(await checkChromium({ PATH: folder })).toMatchObject({ status: 'warning' });
    expect(await checkRedis({ PATH: folder })).not.toMatchObject({ status: 'ok' });
  });

  it('says that a port is taken without making a fault of it', async () => {
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await checkPort(port)).toMatchObject({ status: 'warning' });
    await new Promise((resolve) => server.close(resolve));
    expect(await checkPort(port)).toMatchObject({ status: 'ok' });
  });

  it('wants both of Turnstile’s keys or neither', () => {
    const [ONSALE_TURNSTILE_SITE_KEY, ONSALE_TURNSTILE_SECRET] = ['a', 'b'];
    expect(checkTurnstile({})).toMatchObject({ status: 'ok' });
    expect(checkTurnstile({ ONSALE_TURNSTILE_SITE_KEY, ONSALE_TURNSTILE_SECRET })).toMatchObject({ status: 'ok' });
    for (const half of [{ ONSALE_TURNSTILE_SITE_KEY }, { ONSALE_TURNSTILE_SECRET }])
      expect(checkTurnstile(half)).toMatchObject({ status: 'missing' });
  });

  it('names the rooms that ask for what the edge can’t check', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => {
      const asksInVain = request.url === '/api/rooms/gala/challenge';
      response
        .writeHead(asksInVain ? 503 : 404)
        .end(JSON.stringify({ code: asksInVain ? 'challenge_unavailable' : 'not_found' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    expect(await checkChallenges(url, ['demo'])).toMatchObject({ status: 'ok' });
    const found = await checkChallenges(url, ['demo', 'gala']);
    expect(found).toMatchObject({ status: 'missing', says: expect.stringMatching(/can join gala\.$/) });
    await new Promise((resolve) => server.close(resolve));
    expect(await checkChallenges(url, ['demo'])).toMatchObject({ status: 'warning' });
  });

  it('says how to get a ready file that is not there', async () => {
    const checks = await checkStack(join(folder, 'none.json'));
    expect(checks).toEqual([expect.objectContaining({ name: 'ready file', status: 'missing' })]);
    expect(checks[0]?.fix).toContain('bin/dev --ready-file');
  });
});
