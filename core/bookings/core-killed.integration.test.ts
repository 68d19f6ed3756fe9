import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { openCommitProxy } from '../commit-proxy.fixture.ts';
import { BUYER, openCoreWorld, type CoreWorld } from '../core-world.fixture.ts';

describe('core, killed between the commit and the answer', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let world: CoreWorld;
  let folder: string;
  const children: ChildProcess[] = [];

  /** Core as a process of its own, as the stack runs it. */
  async function startCore(databaseUrl: string): Promise<string> {
    const { config } = world.deps;
    const env = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: config.redisUrl,
      ONSALE_ORIGIN: config.origin,
      ONSALE_FEED_URL: config.feedUrl,
      ONSALE_CORE_SECRET: config.coreSecret,
      ONSALE_EDGE_JWKS_URL: config.edgeJwksUrl,
      ONSALE_CORE_KEYS_FILE: join(folder, 'core-keys.json'),
      ONSALE_OPERATOR_JWKS_FILE: join(folder, 'operator-keys.json'),
      ONSALE_PAYMENTS_URL: config.paymentsUrl,
      ONSALE_PAYMENTS_WEBHOOK_SECRET: config.paymentsWebhookSecret,
      LOG_LEVEL: 'fatal',
    };
    const main = join(import.meta.dirname, '..', 'main.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', main], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    return new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve((message as { url: string }).url));
      child.once('exit', (code) => reject(new Error(`core exited with ${code}`)));
    });
  }

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
    world = await openCoreWorld(postgres, redis);
    folder = await mkdtemp(join(tmpdir(), 'onsale-core-killed-'));
    await writeFile(join(folder, 'core-keys.json'), JSON.stringify(world.deps.config.coreKeys), { mode: 0o600 });
    await writeFile(join(folder, 'operator-keys.json'), JSON.stringify(world.deps.config.operatorKeys));
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await world.close();
    await Promise.all([redis.stop(), postgres.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('gives the booking to whoever comes again with the same key, once', async () => {
    const held = await world.holdSeats(['s1']);
    const proxy = await openCommitProxy(world.deps.config.databaseUrl, () => children[0]?.kill('SIGKILL'));
    const core = await startCore(proxy.url);
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'same' },
      body: JSON.stringify({ receipt: held.receipt, buyer: BUYER }),
    };
    await expect(fetch(`${core}/v1/bookings`, request)).rejects.toThrow('fetch failed');
    expect(proxy.cuts()).toBe(1);
    await proxy.close();

    const second = await startCore(world.deps.config.databaseUrl);
    const again = await fetch(`${second}/v1/bookings`, request);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const { bookingId, accessToken } = (await again.json()) as { bookingId: string; accessToken: string };
    const booking = await fetch(`${second}/v1/bookings/${bookingId}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(await booking.json()).toMatchObject({ status: 'pending_payment', items: [{ seatId: 's1' }] });
    expect(await world.sql`SELECT 1 FROM bookings`).toHaveLength(1);
  });
});
