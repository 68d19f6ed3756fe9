import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { portAnswers } from './process/free-port.ts';
import { startRedis } from './redis.ts';
import type { RunningRedis } from './redis.ts';

describe('embedded Redis', () => {
  let folder = '';
  let running: RunningRedis | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onsale-redis-test-'));
  });

  afterEach(async () => {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<RunningRedis> => {
    running = await startRedis({ dataFolder: join(folder, 'data'), logFile: join(folder, 'redis.log') });
    return running;
  };

  it('keeps its data over a stop, and frees its port', async () => {
    const first = await start();
    await put(first, 'place', '17');
    await first.stop();
    expect(await portAnswers(first.port)).toBe(false);
    expect(await get(await start(), 'place')).toBe('17');
  });

  it('keeps its data over a SIGKILL, and cuts off a command that was written in half', async () => {
    const first = await start();
    await put(first, 'place', '17');
    await expect.poll(() => everySecondWritten(first), { timeout: 5_000 }).toBe(true);
    first.child.signal('SIGKILL');
    await first.child.exited;
    const files = await readdir(join(folder, 'data', 'appendonlydir'));
    const log = files.find((name) => name.endsWith('.incr.aof')) ?? '';
    await appendFile(join(folder, 'data', 'appendonlydir', log), '*3\r\n$3\r\nSET\r\n$5\r\npla');
    expect(await get(await start(), 'place')).toBe('17');
  });

  it('stops the server that a killed supervisor left on the same data', async () => {
    const left = await start();
    await put(left, 'place', '17');
    expect(await get(await start(), 'place')).toBe('17');
    expect(left.child.hasExited()).toBe(true);
  });

  it('says what to install when there is none and it may not install', async () => {
    const path = process.env['PATH'] ?? '';
    process.env['PATH'] = folder;
    try {
      await expect(start()).rejects.toMatchObject({
        message: expect.stringMatching(/Redis is not installed/) as unknown,
        fix: expect.stringMatching(/apt-get install redis-tools/) as unknown,
      });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

async function withClient<T>(server: RunningRedis, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

function put(server: RunningRedis, key: string, value: string): Promise<string> {
  return withClient(server, (client) => client.set(key, value));
}

function get(server: RunningRedis, key: string): Promise<string | null> {
  return withClient(server, (client) => client.get(key));
}

/** Whether the append-only file on the disk holds all that was acknowledged. */
function everySecondWritten(server: RunningRedis): Promise<boolean> {
  return withClient(server, async (client) => (await client.info('persistence')).includes('aof_pending_bio_fsync:0'));
}
