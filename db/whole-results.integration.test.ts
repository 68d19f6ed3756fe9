import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../local-stack/test-stack.ts';
import { connectDatabase, type Sql } from './connect.ts';

let postgres: TestPostgres;
let url: string;
beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ url } = await postgres.createDatabase());
});
afterAll(() => postgres.stop());

/** One connection, whose last statement failed after it had sent some rows. */
async function afterFailure(options: { prepare: boolean }): Promise<Sql> {
  const sql = connectDatabase(url, { max: 1, ...options });
  await expect(sql`SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n`).rejects.toThrow('division by zero');
  return sql;
}

it.each([{ prepare: true }, { prepare: false }])(
  'reads every row after a statement that failed midway, %o',
  async (options) => {
    const sql = await afterFailure(options);
    expect([...(await sql`SELECT n FROM generate_series(1, 3) AS n`)]).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect([...(await sql`SELECT 1 WHERE false`)]).toEqual([]);
    await sql.end();
  },
);

it('reads one row in a transaction and in several statements at once', async () => {
  const sql = await afterFailure({ prepare: true });
  const [inTransaction] = await sql.begin((tx) => tx`SELECT 7 AS n`);
  expect(inTransaction).toEqual({ n: 7 });
  await expect(sql`SELECT 1 / (3 - n) FROM generate_series(1, 5) AS n`).rejects.toThrow('division by zero');
  const several = await sql.unsafe('SELECT 8 AS n; SELECT 9 AS n').simple();
  expect(several.map((result: object) => [...(result as Iterable<object>)])).toEqual([[{ n: 8 }], [{ n: 9 }]]);
  await sql.end();
});

it('is needed still: the library alone leaves places empty', async () => {
  const sql = await afterFailure({ prepare: true });
  const kind: object = Object.getPrototypeOf(sql`SELECT`);
  const guard = Object.getOwnPropertyDescriptor(kind, 'resolve');
  Reflect.deleteProperty(kind, 'resolve');
  const rows = await sql`SELECT 42 AS answer`;
  Object.defineProperty(kind, 'resolve', guard ?? {});
  expect(rows[0]).toBeUndefined();
  await sql.end();
});
