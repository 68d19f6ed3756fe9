import type { Sql } from '../connect.ts';

/** Asks Postgres for a sign of life. No lock, no table. */
export const pingDatabase = async (sql: Sql): Promise<void> => void (await sql`SELECT 1`);

/** The server's clock, ms since 1970. No lock, no table. */
export async function readServerTime(sql: Sql): Promise<number> {
  const [row] = await sql<{ ms: number }[]>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`;
  if (row === undefined) throw new Error('the server told no time');
  return row.ms;
}
