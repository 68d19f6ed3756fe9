import type { Database, Sql } from '../db/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { connectRedis } from '../redis/client.node.ts';
import type { ScriptClient } from '../redis/script-client.ts';

/** The stores, the clock and the log: what core's own building blocks (catalogue, inventory, payments) stand on. */
export type CoreStores = {
  clock: Clock;
  log: Logger;
  /** The buyers' pool, for raw SQL of `db/queries`. */
  sql: Sql;
  /** Drizzle over a pool of its own, for the buyers' and operators' plain reads and writes. */
  db: Database;
  /** Browsing's small pool: a crowd that only looks can't starve those who buy (DESIGN §6). */
  browseSql: Sql;
  browseDb: Database;
  /** Searches' own pool, smaller still: what somebody types may cost a hundred times a look. */
  searchSql: Sql;
  scripts: ScriptClient;
  /** Commands that are no script: liveness, and where a performance is found. */
  redis: ReturnType<typeof connectRedis>;
};
