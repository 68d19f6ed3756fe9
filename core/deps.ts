import type { JobQueue } from '../contracts/jobs.ts';
import type { CodeMailer } from './accounts/code-mailer.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { Commits } from './commits/commits.ts';
import type { PostgresClock } from './commits/postgres-clock.ts';
import type { CoreConfig } from './config.ts';
import type { RequestMeter } from './health/request-meter.ts';
import type { Inventory } from './inventory/inventory.ts';
import type { CoreKeys } from './keys.ts';
import type { Mailer } from './mail/mailer.ts';
import type { PaymentProviders } from './payments/provider.ts';
import type { PushSender } from './push/push-sender.ts';
import type { RevokedOperators } from './operator/revoked-operators.ts';
import type { CoreStores } from './stores.ts';

/** What every feature of core is given; nothing in core reaches for a store, a clock or a key by itself. */
export type CoreDeps = CoreStores & {
  config: CoreConfig;
  keys: CoreKeys;
  /** Performances and seat maps, cached; for those who buy, over the pool of their plain reads. */
  catalogue: Catalogue;
  /** The same memory over browsing's small pool. */
  browseCatalogue: Catalogue;
  /** What is free and what is held, in Redis, with Postgres behind it. */
  inventory: Inventory;
  payments: PaymentProviders;
  /** Hands mail to the relay. */
  mailer: Mailer;
  /** Hands messages to browsers' push services; null where no keys are configured. */
  push: PushSender | null;
  /** Writes of many callers at once, a batch to a transaction. */
  commits: Commits;
  postgresClock: PostgresClock;
  /** Measures answers, for the health that admission looks at. */
  meter: RequestMeter;
  /** Operator tokens that were revoked before their end. */
  revokedOperators: RevokedOperators;
  /** Sends sign-in codes. */
  codeMailer: CodeMailer;
  /** Says that rows of this kind may be due; returns at once, fails never (BOOKING §6). */
  wake(queue: JobQueue): void;
};
