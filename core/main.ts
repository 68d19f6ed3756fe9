import { createServer, type RequestListener, type Server } from 'node:http';
import { connectDatabase, connectSearch, toDrizzle } from '../db/connect.ts';
import { isUnheardLoss } from '../db/unheard-loss.ts';
import { systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { runService, type RunningService } from '../platform/service.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { boundEach, CONNECTION_TIMEOUT_MS } from '../redis/store-deadline.ts';
import { createCodeMailer } from './accounts/code-mailer.ts';
import { createListener } from './app.ts';
import { createCatalogue, createCatalogueMemory } from './catalogue/catalogue.ts';
import { createCommits } from './commits/commits.ts';
import { IN_FLIGHT } from './commits/limits.ts';
import { createOwnWork } from './commits/own-work.ts';
import { createPostgresClock } from './commits/postgres-clock.ts';
import { readCoreConfig, type CoreConfig } from './config.ts';
import type { CoreDeps } from './deps.ts';
import { createRequestMeter } from './health/request-meter.ts';
import { startHealth } from './health/start-health.ts';
import { EmptyAwareResponse } from '../platform/empty-answer.node.ts';
import { createInventory } from './inventory/inventory.ts';
import { loadOnSaleInventories } from './inventory/load-on-sale.ts';
import { startJobs } from './jobs/jobs.ts';
import { createCoreKeys } from './keys.ts';
import { createMailer, NO_MAILER } from './mail/mailer.ts';
import { createPushSender } from './push/push-sender.ts';
import { createRevokedOperators } from './operator/revoked-operators.ts';
import { configuredProviders } from './payments/configured-providers.ts';
import { SEARCHES_AT_WORK } from './search/search-turns.ts';

/** Connections at most, per process: buyers' statements, group commits of bookings and of providers' events, plain reads, jobs, browsing, and searches (DESIGN §6). */
const POOLS = {
  buyers: 10,
  commits: IN_FLIGHT,
  events: IN_FLIGHT,
  plain: 4,
  jobs: 6,
  browse: 2,
  browsePlain: 2,
  search: SEARCHES_AT_WORK,
} as const;

/** How long codes that are still to be sent keep a stopping process, ms. */
const CODES_LEFT_MS = 2000;

/** How often connections that have become idle are closed at the end, ms. */
const CLOSE_IDLE_EVERY_MS = 20;

async function start(log: Logger): Promise<RunningService> {
  const config = readCoreConfig();
  const { deps, close } = await createDeps(config, log);
  const server = await listen(createListener(deps), config);
  // Runs on beside: core answers 503 `inventory_rebuilding` until each is loaded, which is better than not answering.
  const stopLoading = loadOnSaleInventories(deps);
  const health = startHealth(deps);
  return {
    url: server.url,
    async stop() {
      stopLoading();
      await server.drain();
      await health.stop();
      await close();
    },
  };
}

// oxlint-disable-next-line max-lines-per-function -- whatever is opened here is closed here
async function createDeps(config: CoreConfig, log: Logger): Promise<{ deps: CoreDeps; close: () => Promise<void> }> {
  const pool = (max: number, applicationName: string) => connectDatabase(config.databaseUrl, { max, applicationName });
  const sql = pool(POOLS.buyers, 'onsale-core');
  const commitSql = pool(POOLS.commits, 'onsale-core-batches');
  // Of its own, so that a large statement is planned on few connections and found there again.
  const eventSql = pool(POOLS.events, 'onsale-core-events');
  const plain = pool(POOLS.plain, 'onsale-core-plain');
  const browseSql = pool(POOLS.browse, 'onsale-core-browse');
  const browsePlain = pool(POOLS.browsePlain, 'onsale-core-browse-plain');
  const searchSql = connectSearch(config.databaseUrl, { max: POOLS.search, applicationName: 'onsale-core-search' });
  const jobsSql = pool(POOLS.jobs, 'onsale-core-jobs');
  const redis = connectRedis(config.redisUrl, { commandTimeoutMs: CONNECTION_TIMEOUT_MS });
  await redis.connect();
  const browseDb = toDrizzle(browsePlain);
  const scripts = boundEach(createNodeScriptClient(redis));
  const db = toDrizzle(plain);
  const memory = createCatalogueMemory();
  const catalogue = createCatalogue(db, systemClock, memory);
  const payments = configuredProviders(config.payments);
  const inventory = createInventory({ scripts, redis, sql, browseSql, log, clock: systemClock });
  const keys = await createCoreKeys(config);
  const mailer = config.smtp === null ? NO_MAILER : createMailer(config.smtp, config.mailFrom);
  const push = config.push === null ? null : createPushSender(config.push);
  const codeMailer = createCodeMailer((mail) => mailer.send(mail), log);
  const ownWork = createOwnWork();
  const commits = createCommits({ bookings: commitSql, events: eventSql, jobs: jobsSql }, ownWork);
  const jobs = startJobs({
    sql: jobsSql,
    commits,
    payments,
    scripts,
    catalogue,
    inventory,
    log,
    clock: systemClock,
    config,
    keys,
    mailer,
    push,
    redisUrl: config.redisUrl,
    ownWork,
  });
  const deps: CoreDeps = {
    config,
    clock: systemClock,
    log,
    keys,
    sql,
    db,
    browseSql,
    browseDb,
    searchSql,
    scripts,
    redis,
    catalogue,
    browseCatalogue: createCatalogue(browseDb, systemClock, memory),
    payments,
    mailer,
    push,
    wake: (queue) => jobs.wake(queue),
    inventory,
    commits,
    postgresClock: createPostgresClock(sql, systemClock),
    meter: createRequestMeter(systemClock),
    revokedOperators: createRevokedOperators(browseSql, systemClock),
    codeMailer,
  };
  const close = async () => {
    await jobs.stop();
    await commits.drain();
    await codeMailer.drain(CODES_LEFT_MS);
    mailer.close();
    await push?.close();
    redis.disconnect();
    const pools = [sql, commitSql, eventSql, plain, jobsSql, browseSql, browsePlain, searchSql];
    await Promise.all(pools.map((own) => own.end({ timeout: 3 })));
  };
  return { deps, close };
}

/** Listens, and drains on demand: what was accepted is answered, connections are closed as they become idle. */
function listen(listener: RequestListener, { host, port }: CoreConfig) {
  return new Promise<{ url: string; drain: () => Promise<void> }>((resolve, reject) => {
    const server = createServer({ ServerResponse: EmptyAwareResponse }, listener);
    const drain = () =>
      new Promise<void>((done) => {
        endConnections(server);
        server.close(() => done());
      });
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ url: `http://${host}:${bound}`, drain });
    });
    server.on('error', reject);
  });
}

/**
 * Lets a server that is being closed come to its end: a client that goes on asking over a kept connection keeps it open for ever. Each
 * connection is told to close with its next answer, and idle ones are closed.
 */
function endConnections(server: Server): void {
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  const timer = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  server.once('close', () => clearInterval(timer));
}

await runService('core', start, isUnheardLoss);
