import { once } from 'node:events';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import * as v from 'valibot';
import { createCatalogue, createCatalogueMemory } from '../../core/catalogue/catalogue.ts';
import { createCoreKeys } from '../../core/keys.ts';
import { EmptyAwareResponse } from '../../platform/empty-answer.node.ts';
import { createProviders } from '../../core/payments/provider.ts';
import { createSandboxProvider } from '../../core/payments/sandbox-provider.ts';
import { connectDatabase, toDrizzle } from '../../db/connect.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { generateOkpKeySet } from '../../tokens/generate-keys.ts';
import { PATTERN_NAMES, PATTERNS } from '../bookings/patterns/all.ts';
import type { Pattern } from '../bookings/patterns/pattern.ts';
import { createShell } from '../bookings/shell.ts';
import { portOf, servePart } from './serve-part.ts';
import { ORIGIN, WEBHOOK_SECRET } from './shop.ts';
import { SHOW } from './show.ts';

const settingsSchema = v.object({ redisUrl: v.string(), jwksUrl: v.string(), databaseUrl: v.string() });
const questionSchema = v.variant('ask', [
  v.object({
    ask: v.literal('use'),
    name: v.picklist(PATTERN_NAMES),
    databaseUrl: v.string(),
    connections: v.number(),
  }),
  v.object({ ask: v.literal('stop') }),
]);

/** The patterns' server: one at a time sells, each from a database of its own. `databaseUrl` is where the catalogue is read. */
await servePart(settingsSchema, async ({ redisUrl, jwksUrl, databaseUrl }) => {
  const redis = new Redis(redisUrl);
  const coreKeys = await generateOkpKeySet();
  const config = { origin: ORIGIN, edgeJwksUrl: jwksUrl, coreKeys, operatorKeys: coreKeys, oidc: null };
  const patterns = new Map<string, Pattern>();
  let current: Pattern | null = null;
  const deps = {
    catalogue: createCatalogue(
      toDrizzle(connectDatabase(databaseUrl, { max: 1 })),
      systemClock,
      createCatalogueMemory(),
    ),
    clock: systemClock,
    config,
    keys: await createCoreKeys(config),
    log: createLogger('core', 'error'),
    sql: connectDatabase(databaseUrl, { max: 1 }),
    payments: createProviders(createSandboxProvider({ url: ORIGIN, webhookSecret: WEBHOOK_SECRET })),
  };
  const listener = createShell(deps, () => {
    if (current === null) throw new Error('no pattern is chosen');
    return current;
  });
  const server = createServer({ ServerResponse: EmptyAwareResponse }, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ready: { url: `http://127.0.0.1:${portOf(server.address())}` },
    async answer(question) {
      const asked = v.parse(questionSchema, question);
      if (asked.ask === 'stop') {
        for (const pattern of patterns.values()) await pattern.stop?.();
        return {};
      }
      const { name, connections } = asked;
      const known = patterns.get(name);
      const sql = () => connectDatabase(asked.databaseUrl, { max: connections, statementTimeoutMs: 60_000 });
      current = known ?? (await PATTERNS[name].make({ sql: sql(), redis, performanceId: SHOW }));
      patterns.set(name, current);
      return {};
    },
  };
});
