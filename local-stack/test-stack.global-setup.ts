import { SHARED_POSTGRES_VARIABLE, startOwnTestPostgres } from './test-stack.ts';

/** Vitest's global setup: one Postgres for all test files of a run; the returned function stops it. */
export default async function startSharedPostgres(): Promise<() => Promise<void>> {
  const server = await startOwnTestPostgres();
  process.env[SHARED_POSTGRES_VARIABLE] = server.adminUrl;
  return server.stop;
}
