import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../local-stack/test-stack.ts';
import { connectDatabase } from './connect.ts';
import { isUnheardLoss } from './unheard-loss.ts';

/** Rejections that nobody handles; the test runner would fail for them. */
const unheard: unknown[] = [];
const hear = (error: unknown): void => void unheard.push(error);
let runners: NodeJS.UnhandledRejectionListener[];
let postgres: TestPostgres;
beforeEach(async () => {
  postgres = await startTestPostgres();
  runners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
});
afterEach(async () => {
  process.off('unhandledRejection', hear);
  for (const listener of runners) process.on('unhandledRejection', listener);
  await postgres.stop();
});

/** A way to Postgres that breaks once, when the driver asks for the types of arrays. */
async function breakOnce(url: string): Promise<{ url: string; close: () => void }> {
  const way = new URL(url);
  const port = Number(way.port);
  let broken = false;
  const server = createServer((client) => {
    const upstream = connect(port, way.hostname);
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy()).on('data', (bytes) => client.write(bytes));
    client.on('data', (bytes) => {
      if (broken || !bytes.includes('typcategory')) return void upstream.write(bytes);
      broken = true;
      client.resetAndDestroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  way.port = String((server.address() as AddressInfo).port);
  return { url: way.href, close: () => server.close() };
}

it('is told from all else when a new connection breaks while the driver asks it for the types of arrays', async () => {
  const { url } = await postgres.createEmptyDatabase();
  const way = await breakOnce(url);
  const sql = connectDatabase(way.url, { max: 1 });
  await expect(sql`SELECT ${[1, 2]}::int[] AS numbers`).rejects.toThrow('ECONNRESET');
  expect(await sql`SELECT ${[1, 2]}::int[] AS numbers`).toMatchObject([{ numbers: [1, 2] }]);
  await vi.waitFor(() => expect(unheard).toHaveLength(1), { timeout: 10_000 });
  expect(unheard.map(isUnheardLoss)).toEqual([true]);
  const heard = await sql`SELECT pg_terminate_backend(pg_backend_pid())`.catch((error: unknown) => error);
  expect([heard, new Error('read ECONNRESET'), null].map(isUnheardLoss)).toEqual([false, false, false]);
  await sql.end({ timeout: 1 });
  way.close();
});
