import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import autocannon from 'autocannon';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import { startTestRedis } from '../local-stack/test-stack.ts';
import type { BenchOptions } from './options.ts';
import { perSecond, type Report } from './measure/report.ts';
import { ratePerSecond } from './measure/time.ts';

/** What this machine can do at most, printed beside every figure: fsyncs, raw Redis commands, bare hono answers. */
export async function measureMachine({ seconds }: BenchOptions): Promise<Report & { honoPerSecond: number }> {
  const redis = await startTestRedis();
  const client = new Redis(redis.url);
  const unpipelined = await ratePerSecond(1, seconds, () => client.ping());
  const pipelined = await ratePerSecond(256, seconds, () => client.ping());
  client.disconnect();
  await redis.stop();
  const honoPerSecond = await bareHono(seconds);
  return {
    title: 'This machine',
    rows: [
      ['fsync of one 4 KB write', perSecond(fsyncs(seconds))],
      ['raw Redis PING, one at a time', perSecond(unpipelined)],
      ['raw Redis PING, 256 in flight', perSecond(pipelined)],
      ['bare hono answer, 64 connections', perSecond(honoPerSecond)],
    ],
    honoPerSecond,
  };
}

function fsyncs(seconds: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'onsale-bench-'));
  const file = openSync(join(folder, 'fsync'), 'w');
  const block = Buffer.alloc(4096);
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < seconds * 1000) {
    writeSync(file, block, 0, block.length, 0);
    fsyncSync(file);
    count++;
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return count / ((performance.now() - began) / 1000);
}

async function bareHono(seconds: number): Promise<number> {
  const app = new Hono().post('/', async (c) => c.json(await c.req.json()));
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  const address = await new Promise<{ port: number }>((resolve, reject) => {
    server.once('listening', () => {
      const bound = server.address();
      if (bound !== null && typeof bound !== 'string') resolve(bound);
    });
    server.once('error', reject);
  });
  const result = await autocannon({
    url: `http://127.0.0.1:${address.port}/`,
    connections: 64,
    duration: Math.max(1, seconds),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"hello":"there"}',
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return result.requests.average;
}
