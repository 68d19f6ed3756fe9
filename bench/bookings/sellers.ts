import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { Sql } from '../../db/connect.ts';
import { processorSeconds } from '../measure/processor-time.ts';
import type { Buyers, CrowdPlan, CrowdResult } from '../parts/buyers.ts';
import { startPart } from '../parts/part.ts';
import type { Shop } from '../parts/shop.ts';
import { PATTERNS, type PatternName } from './patterns/all.ts';

/** Connections of a pattern: what a process of ours has for buyers. More only wait for the same rows. */
const CONNECTIONS = 10;
/** How long confirmations may lag behind the last answer, ms. */
const LAG_MS = 60_000;

/** Somebody who sells: core, or a pattern. */
export type Seller = {
  name: string;
  pid: number;
  sql: Sql;
  /** Lets a crowd buy; the rate is of bookings that are confirmed in Postgres, until the last of them is. */
  sell(plan: Wanted): Promise<Sold>;
};

/** A crowd, what it wants, and what happens once the last of it was answered. */
type Wanted = Omit<CrowdPlan, 'url' | 'flow' | 'firstSeat'> & {
  wants: 'seats' | 'standing';
  whenTold?: () => Promise<void>;
};

/** `confirmed` a second counts what Postgres has; `acked` what buyers were told, sooner or not. */
export type Sold = CrowdResult & {
  confirmed: number;
  confirmedPerSecond: number;
  ackedPerSecond: number;
  /** Processor time of a confirmed booking, µs, with that of the rest. */
  us: { server: number; postgres: number; redis: number };
};

export type Patterns = {
  pid: number;
  seller(name: PatternName): Promise<Seller>;
  kill(): Promise<void>;
  stop(): Promise<void>;
};

/** What happens before a crowd comes, and once all of it has what it wanted: what is left to do, which delays no booking. */
type Around = { prepare?: () => Promise<unknown>; rest?: () => Promise<unknown> };

/** Core as a seller. Its rounds end when Redis knows of every booking, or the next seller's would pay for that. */
export const asCore = (core: { url: string; pid: number; sql: Sql }, parts: { buyers: Buyers; shop: Shop }): Seller =>
  asSeller('core', core, parts, { rest: () => untilTold(core.sql) });

/** Any server as a seller. */
const asSeller = (
  name: string,
  core: { url: string; pid: number; sql: Sql },
  { buyers, shop }: { buyers: Buyers; shop: Shop },
  { prepare = async () => {}, rest = async () => {} }: Around = {},
): Seller => {
  let nextSeat = 0;
  return {
    name,
    pid: core.pid,
    sql: core.sql,
    async sell({ wants, whenTold, ...plan }) {
      await prepare();
      const firstSeat = wants === 'seats' ? nextSeat : null;
      nextSeat += wants === 'seats' ? (plan.seats ?? plan.count) : 0;
      const before = await confirmedIn(core.sql);
      const used = readProcessors(core.pid, shop);
      const result = await buyers.run({ ...plan, url: core.url, flow: 'book', firstSeat });
      await whenTold?.();
      const wanted = whenTold === undefined ? before + result.done : 0;
      const seconds = await untilConfirmed(core.sql, wanted, result.startedAt);
      const confirmed = (await confirmedIn(core.sql)) - before;
      await rest();
      const now = readProcessors(core.pid, shop);
      const us = (part: keyof typeof now): number => (secondsSince(used[part], now[part]) * 1e6) / confirmed;
      return {
        ...result,
        confirmed,
        confirmedPerSecond: confirmed / seconds,
        ackedPerSecond: result.done / result.seconds,
        us: { server: us('server'), postgres: us('postgres'), redis: us('redis') },
      };
    },
  };
};

/** Starts the patterns' server; each pattern gets a database of its own. */
export async function startPatterns(shop: Shop, buyers: Buyers): Promise<Patterns> {
  const catalogue = await shop.database();
  const { redisUrl, jwksUrl } = shop;
  const part = await startPart('patterns', { redisUrl, jwksUrl, databaseUrl: catalogue.url });
  return {
    pid: part.pid,
    async seller(name) {
      const { url: databaseUrl, sql } = await shop.database();
      const use = () => part.ask(v.object({}), { ask: 'use', name, databaseUrl, connections: CONNECTIONS });
      const core = { url: String(part.ready['url']), pid: part.pid, sql };
      return asSeller(`${name}, ${PATTERNS[name].about}`, core, { buyers, shop }, { prepare: use });
    },
    kill: () => part.kill(),
    async stop() {
      await part.ask(v.object({}), { ask: 'stop' }).catch(() => {});
      await part.stop();
    },
  };
}

/** Processor seconds so far, by process. Postgres’s are of those that serve now. */
function readProcessors(server: number, shop: Shop): Record<'server' | 'postgres' | 'redis', Map<number, number>> {
  const read = (pids: readonly number[]) => new Map(pids.map((pid) => [pid, processorSeconds(pid) ?? 0]));
  return { server: read([server]), postgres: read(shop.postgresPids()), redis: read([shop.redisPid]) };
}

/** What those that still run have used since. What one used that ended meanwhile nobody can tell any more: it is left out. */
const secondsSince = (used: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number =>
  [...now].reduce((sum, [pid, seconds]) => sum + seconds - (used.get(pid) ?? 0), 0);

/** Waits until nothing is left that the inventory is to be told. */
async function untilTold(sql: Sql): Promise<void> {
  const until = performance.now() + LAG_MS;
  const isLeft = async () =>
    (await sql`SELECT 1 FROM own_work UNION ALL SELECT 1 FROM outbox WHERE done_at IS NULL AND dead_at IS NULL LIMIT 1`)
      .length > 0;
  while (await isLeft()) {
    if (performance.now() > until)
      throw new Error(`after ${LAG_MS} ms the inventory still doesn't know of all bookings`);
    await sleep(20);
  }
}

async function confirmedIn(sql: Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`SELECT count(*)::int AS count FROM bookings WHERE status = 'confirmed'`;
  return row?.count ?? 0;
}

/** Seconds since `startedAt` (ms since 1970) until so many are confirmed, or no more come. */
async function untilConfirmed(sql: Sql, count: number, startedAt: number): Promise<number> {
  const until = performance.now() + LAG_MS;
  while ((await confirmedIn(sql)) < count && performance.now() < until) await sleep(20);
  return (performance.timeOrigin + performance.now() - startedAt) / 1000;
}
