import type { JobQueue } from '../contracts/jobs.ts';
import type { Database, Sql } from '../db/connect.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { connectRedis } from '../redis/client.node.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { CoreConfig } from './config.ts';
import type { Inventory } from './inventory/inventory.ts';
import type { CoreKeys } from './keys.ts';
import type { PaymentProviders } from './payments/provider.ts';

/** What every feature of core is given; nothing in core reaches for a store, a clock or a key by itself. */
export type CoreDeps = {
  config: CoreConfig;
  clock: Clock;
  log: Logger;
  keys: CoreKeys;
  /** The buyers' pool, for raw SQL of `db/queries`. */
  sql: Sql;
  /** Drizzle over a pool of its own, for the buyers' and operators' plain reads and writes. */
  db: Database;
  /** Browsing's small pool: a crowd that only looks can't starve those who buy (DESIGN §6). */
  browseSql: Sql;
  browseDb: Database;
  scripts: ScriptClient;
  /** Commands that are no script: liveness, and where a performance is found. */
  redis: ReturnType<typeof connectRedis>;
  /** Performances and seat maps, cached. */
  catalogue: Catalogue;
  /** What is free and what is held, in Redis, with Postgres behind it. */
  inventory: Inventory;
  payments: PaymentProviders;
  /** Says that rows of this kind may be due; returns at once, fails never (BOOKING §6). */
  wake(queue: JobQueue): void;
};
