import { Redis } from 'ioredis';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis } from './test-stack.ts';
import type { TestPostgres, TestRedis } from './test-stack.ts';

describe('test stack', () => {
  let server: TestPostgres;
  let redis: TestRedis;

  beforeAll(async () => {
    [server, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  });

  afterAll(async () => {
    await Promise.all([server.stop(), redis.stop()]);
  });

  it('gives each caller a database that others do not see', async () => {
    const [one, two] = await Promise.all([server.createEmptyDatabase(), server.createEmptyDatabase()]);
    const first = postgres(one.url, { max: 1 });
    const second = postgres(two.url, { max: 1 });
    await first`create table mark (id int)`;
    const seen = await second`select 1 from pg_tables where tablename = 'mark'`;
    expect(seen).toHaveLength(0);
    await Promise.all([first.end(), second.end()]);
  });

  it('knows the upper and lower case of letters outside ASCII', async () => {
    const { url } = await server.createEmptyDatabase();
    const sql = postgres(url, { max: 1 });
    const [row] = await sql`select 'ÉÄÑ' ilike 'éäñ' as same`;
    expect(row?.['same']).toBe(true);
    await sql.end();
  });

  it('gives a Redis that forgets on flush', async () => {
    const client = new Redis(redis.url);
    await client.set('a', '1');
    await redis.flush();
    expect(await client.get('a')).toBeNull();
    client.disconnect();
  });
});
