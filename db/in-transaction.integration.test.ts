import { spawn } from 'node:child_process';
import { once } from 'node:events';
import driver from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../local-stack/test-stack.ts';
import { connectDatabase, type Sql, type Transaction } from './connect.ts';
import { inTransaction } from './in-transaction.ts';

describe('a transaction', () => {
  let postgres: TestPostgres;
  let url: string;
  let other: Sql;
  /** One connection, so that whoever comes next gets what the lost one left. */
  let sql: Sql;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    ({ url } = await postgres.createEmptyDatabase());
    other = connectDatabase(url, { max: 2 });
    await other`CREATE TABLE marks (mark int)`;
  });
  beforeEach(async () => {
    await other`TRUNCATE marks`;
    sql = connectDatabase(url, { max: 1 });
    return () => sql.end({ timeout: 1 });
  });
  afterAll(async () => {
    await other.end({ timeout: 1 });
    await postgres.stop();
  });

  const end = async (pid: number) => other`SELECT pg_terminate_backend(${pid})`;
  const pidOf = async (tx: Transaction): Promise<number> => {
    const [row] = await tx<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    return row?.pid ?? 0;
  };
  const marks = async () => (await other<{ mark: number }[]>`SELECT mark FROM marks ORDER BY mark`).map((r) => r.mark);

  it('commits what it did, or nothing', async () => {
    await inTransaction(sql, (tx) => tx`INSERT INTO marks VALUES (1)`);
    const refused = inTransaction(sql, async (tx) => {
      await tx`INSERT INTO marks VALUES (2)`;
      throw new RangeError('no');
    });
    await expect(refused).rejects.toThrow(RangeError);
    await expect(inTransaction(sql, (tx) => tx`SELECT 1 / 0`)).rejects.toMatchObject({ code: '22012' });
    expect(await marks()).toEqual([1]);
  });

  it('is over when its connection is cut under a statement, and the pool goes on', async () => {
    for (let round = 0; round < 5; round += 1) {
      const cut = inTransaction(sql, async (tx) => {
        await tx`INSERT INTO marks VALUES (1)`;
        const pid = await pidOf(tx);
        await Promise.all([tx`SELECT pg_sleep(5)`, end(pid)]);
      });
      await expect(cut).rejects.toMatchObject({ code: expect.stringMatching(/^(57P01|CONNECTION_CLOSED)$/) });
      // The driver tells the next one of the old failure, once, and sends nothing for it.
      await sql`SELECT 1`.catch(() => {});
      expect(await sql`SELECT 1`).toHaveLength(1);
    }
    expect(await marks()).toEqual([]);
  });

  it('sends nothing more when its connection is cut between two statements, neither there nor over the next one', async () => {
    const after: Promise<unknown>[] = [];
    const cut = inTransaction(sql, async (tx) => {
      const work = async () => {
        await tx`INSERT INTO marks VALUES (1)`;
        await end(await pidOf(tx));
        await expect(cut).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
        await sql`INSERT INTO marks VALUES (2)`;
        await tx`INSERT INTO marks VALUES (3)`;
      };
      after.push(work());
      await Promise.all(after);
    });
    await expect(cut).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await expect(Promise.all(after)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await marks()).toEqual([2]);
  });

  /** A hundred statements on their way over the only connection, the last of them a BEGIN: as many as the driver sends at once. */
  async function beginBehindMany<T>(
    pool: driver.Sql<{ bigint: number }> | driver.Sql,
    begin: () => Promise<T>,
  ): Promise<T> {
    await pool`SELECT 1`;
    const slow = pool.unsafe('SELECT pg_sleep(0.1)').execute();
    const many = Array.from({ length: 99 }, () => pool`SELECT 1`.execute());
    const result = begin();
    await Promise.allSettled([slow, ...many, result]);
    return result;
  }

  it('has its connection to itself also behind a hundred statements', async () => {
    await beginBehindMany(sql, () => inTransaction(sql, (tx) => tx`INSERT INTO marks VALUES (1)`));
    expect(await marks()).toEqual([1]);
    expect(
      await other`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
    ).toEqual([]);
  });

  it('is left open by the driver with its own bound, and swallows what others write: the control', async () => {
    const pool = driver(url, { max: 2, onnotice: () => {} });
    const held = await pool.reserve();
    const begun = beginBehindMany(pool, () => pool.begin((tx) => tx`SELECT 1`));
    await expect(begun).rejects.toMatchObject({ code: 'UNSAFE_TRANSACTION' });
    await pool`INSERT INTO marks VALUES (1)`;
    expect(await marks()).toEqual([]);
    held.release();
    await pool.end({ timeout: 0 });
  });

  it('ends the process when it is left to the driver: the control', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', DRIVERS_OWN], {
      cwd: import.meta.dirname,
      env: { DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    expect(await once(child, 'close')).not.toEqual([0, null]);
    expect(said.join('')).toContain("reading 'write'");
  });
});

/** The same cut under a statement, in a transaction of the driver's. */
const DRIVERS_OWN = `
  import postgres from 'postgres';
  const [sql, other] = [postgres(process.env.DATABASE_URL, { max: 1 }), postgres(process.env.DATABASE_URL, { max: 1 })];
  for (let round = 0; round < 20; round += 1)
    await sql.begin(async (tx) => {
      const [{ pid }] = await tx\`SELECT pg_backend_pid() AS pid\`;
      await Promise.all([tx\`SELECT pg_sleep(5)\`, other\`SELECT pg_terminate_backend(\${pid})\`]);
    }).catch(() => {});
  process.exit(0);
`;
