/** Brings the database at DATABASE_URL up to date; what a deployment runs before its services start. */
import { parseConfig, text, url } from '../platform/config.ts';
import { createLogger } from '../platform/log.ts';
import { migrate } from '../db/migrate.ts';

const log = createLogger('migrate');
try {
  const config = parseConfig({ DATABASE_URL: url('postgres', 'postgresql'), ONSALE_MIGRATIONS: text }, process.env);
  const applied = await migrate(config.DATABASE_URL, config.ONSALE_MIGRATIONS);
  log.info({ applied }, 'the database is up to date');
} catch (error) {
  log.fatal({ err: error }, 'migrations failed');
  process.exitCode = 1;
}
