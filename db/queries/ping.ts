import type { Sql } from '../connect.ts';

/** Asks Postgres for a sign of life. No lock, no table. */
export const pingDatabase = async (sql: Sql): Promise<void> => void (await sql`SELECT 1`);
