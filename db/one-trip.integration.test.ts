import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../local-stack/test-stack.ts';
import { connectDatabase, type Sql } from './connect.ts';
import { isLostConnection } from './failure.ts';
import { inOneTrip } from './one-trip.ts';

let postgres: TestPostgres;
let sql: Sql;
beforeAll(async () => {
  postgres = await startTestPostgres();
  sql = connectDatabase((await postgres.createDatabase()).url, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await postgres.stop();
});

it('plans its work once, by the indexes, and leaves the connection as it was', async () => {
  for (let run = 0; run < 6; run += 1)
    await inOneTrip(sql, (tx) => ({ locks: [], work: tx`SELECT 1 FROM bookings WHERE id = ANY (${'{}'}::uuid[])` }));
  const plans = await sql`SELECT generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements
    WHERE statement LIKE 'SELECT 1 FROM bookings%'`;
  expect([...plans]).toEqual([{ generic: 6, custom: 0 }]);
  const [after] =
    await sql`SELECT current_setting('plan_cache_mode') AS mode, current_setting('enable_seqscan') AS scans`;
  expect(after).toEqual({ mode: 'auto', scans: 'on' });
});

it('gives the connection back when its work can’t be planned', async () => {
  const plan = (): never => {
    throw new TypeError('no such work');
  };
  for (let run = 0; run < 2; run += 1) await expect(inOneTrip(sql, plan)).rejects.toThrow('no such work');
  expect(await inOneTrip(sql, (tx) => ({ locks: [], work: tx`SELECT 1 AS one` }))).toEqual([{ one: 1 }]);
});

it('gives the connection back when the COMMIT is refused', async () => {
  await sql`CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)`;
  for (let run = 0; run < 2; run += 1)
    await expect(inOneTrip(sql, (tx) => ({ locks: [], work: tx`INSERT INTO late VALUES (1), (1)` }))).rejects.toThrow(
      'duplicate key',
    );
  expect([...(await sql`SELECT count(*)::int AS count FROM late`)]).toEqual([{ count: 0 }]);
});

it('never gives a connection back that is gone, by whatever name the system calls the loss', async () => {
  const connect = vi.spyOn(Socket.prototype, 'connect');
  const single = connectDatabase((await postgres.createEmptyDatabase()).url, { max: 1 });
  await single`SELECT 1`;
  const socket: unknown = connect.mock.contexts[0];
  connect.mockRestore();
  const cut = inOneTrip(single, (tx) => ({ locks: [], work: tx`SELECT pg_sleep(1)` }));
  cut.catch(() => {});
  await sleep(100);
  if (socket instanceof Socket) socket.destroy(Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' }));
  // Whether it was committed is not known, though the system says what it says when nobody could be reached.
  await expect(cut).rejects.toSatisfy(isLostConnection);
  expect(await inOneTrip(single, (tx) => ({ locks: [], work: tx`SELECT 1 AS one` }))).toEqual([{ one: 1 }]);
  await single.end({ timeout: 0 });
});
