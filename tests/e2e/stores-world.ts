import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startTestPostgres, startTestRedis } from '../../local-stack/test-stack.ts';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call, freshKey, type Answer } from '../support/http.ts';
import { startStack } from '../support/stack.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { admitted, join as joinRoom } from '../support/visitor.ts';

/** Somebody inside with a seat in mind, and the ticket of somebody who waits. */
export type Someone = { pass: string; ticket: string; seat: { zoneId: string; id: string } };

/** A whole stack whose stores can hang, refuse or be slow, and what its visitors see of it. */
export type StoresWorld = Awaited<ReturnType<typeof startStoresWorld>>;

/** Starts it on a Postgres and a Redis of its own, each behind a proxy; `answerWithinMs` bounds each refusal of a store that is away. */
export async function startStoresWorld({ answerWithinMs }: { answerWithinMs: number }) {
  const [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const database = await postgres.createDatabase();
  const proxies = { postgres: await startTcpProxy(database.url), redis: await startTcpProxy(redis.url) };
  const stack = await startStack({ env: { DATABASE_URL: proxies.postgres.url, REDIS_URL: proxies.redis.url } });
  const { edgeUrl: edge, rooms } = stack.ready;
  const performanceId = rooms['demo']?.performances[0] ?? '';
  const buyer = createBuyer(stack.ready, performanceId);
  const joinOnce = () => call('POST', `${edge}/api/rooms/demo/tickets`, { body: {} });
  const askOnce = (ticket: string) => call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket });
  const boardOnce = () => call('GET', `${edge}/api/rooms/demo/board`);
  const eventsOnce = () => call('GET', buyer.core('/events'));
  const holdOnce = ({ pass, seat }: Someone) =>
    call('POST', buyer.core('/holds'), {
      bearer: pass,
      headers: freshKey(),
      body: { performanceId, items: [{ zoneId: seat.zoneId, seats: [seat.id] }] },
    });

  /** The answer to a changing call whose store is away. */
  const refusedInTime = async (ask: () => Promise<Answer>) => {
    const began = performance.now();
    const answer = await ask();
    const took = performance.now() - began;
    expect([answer.status, answer.body['code']], answer.text).toEqual([503, 'store_unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(took).toBeLessThan(answerWithinMs);
  };

  return {
    refusedInTime,
    proxies,
    buyer,
    edge,
    joinOnce,
    askOnce,
    boardOnce,
    eventsOnce,
    holdOnce,
    async someone(): Promise<Someone> {
      const { pass } = await admitted(edge, 'demo');
      const [seat] = await buyer.freeSeats(1);
      if (seat === undefined) throw new Error('the hall is full');
      return { pass, seat, ticket: await joinRoom(edge, 'demo') };
    },
    /** Redis is away: what every visitor sees of it, outside and inside. */
    async redisIsAway(one: Someone): Promise<void> {
      await refusedInTime(joinOnce);
      await refusedInTime(() => askOnce(one.ticket));
      await refusedInTime(() => holdOnce(one));
      await eventually('the board is stale', boardOnce, (answer) => answer.body['stale'] === true);
      expect((await call('GET', `${edge}/rooms/demo`, { headers: { accept: 'text/html' } })).status).toBe(200);
      expect((await eventsOnce()).status, 'who is inside goes on browsing').toBe(200);
    },
    async redisIsBack(one: Someone): Promise<void> {
      const isFresh = (answer: Answer) => answer.status === 200 && answer.body['stale'] !== true;
      await eventually('the board is fresh', boardOnce, isFresh);
      await eventually('joining works', joinOnce, isMade);
      await eventually('holding works', () => holdOnce(one), isMade);
      await eventually('who waited is admitted', () => askOnce(one.ticket), isMade);
    },
    /** The process of this stack that runs core: the only one of its kind that was told of this world's proxy. */
    corePid(): number {
      const found = readdirSync('/proc').filter((name) => {
        try {
          const about = (file: string) => readFileSync(join('/proc', name, file), 'utf8');
          return about('cmdline').includes('dist/core/main.js') && about('environ').includes(proxies.redis.url);
        } catch {
          return false;
        }
      });
      if (found.length !== 1) throw new Error(`${found.length} processes look like core`);
      return Number(found[0]);
    },
    /** Both stores as if nothing had been: a test that failed in between must not be the next one's trouble. */
    async heal(): Promise<void> {
      proxies.redis.setMode('carry');
      proxies.postgres.setMode('carry');
      // What was swallowed never comes: a connection that carries on behind a hole is no store's.
      proxies.redis.cut();
      proxies.postgres.cut();
      await eventually('joining works', joinOnce, isMade);
    },
    async stop(): Promise<void> {
      await stack.dispose();
      await Promise.all([proxies.postgres.stop(), proxies.redis.stop()]);
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

export const isMade = (answer: Answer): boolean => answer.status === 201;
