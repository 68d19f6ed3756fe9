import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';

/** Any number, the same in every process: two starts at once migrate one after the other. */
const MIGRATION_LOCK = 7_201_946;

/**
 * Applies the numbered SQL files that this database has not seen, each in its own transaction, forward only. A file that was
 * changed after it was applied is refused. Returns the names applied now.
 */
export async function migrate(databaseUrl: string, folder = defaultFolder()): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    await sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`;
    await sql`CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
    const known = new Map(
      (await sql<{ name: string; sha256: string }[]>`SELECT name, sha256 FROM migrations`).map((row) => [
        row.name,
        row.sha256,
      ]),
    );
    const applied: string[] = [];
    for (const { name, text, sha256 } of readMigrations(folder)) {
      const before = known.get(name);
      if (before !== undefined && before !== sha256)
        throw new Error(`migration ${name} was changed after it was applied: write a new one`);
      if (before !== undefined) continue;
      await sql.begin(async (tx) => {
        await tx.unsafe(text);
        await tx`INSERT INTO migrations (name, sha256) VALUES (${name}, ${sha256})`;
      });
      applied.push(name);
    }
    return applied;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function readMigrations(folder: string): { name: string; text: string; sha256: string }[] {
  const names = readdirSync(folder)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    .toSorted();
  if (names.length === 0) throw new Error(`no migrations found in ${folder}`);
  return names.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
  });
}

/** Beside the sources, or beside the bundle that the build copied them to. */
const defaultFolder = (): string => process.env['ONSALE_MIGRATIONS'] ?? join(import.meta.dirname, 'migrations');
