import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call, freshKey, textOf, type Answer } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { admitted } from '../support/visitor.ts';

/** DESIGN §2.7 promises an answer within a second; half a second more is this machine's, which runs all parts at once. */
const ANSWER_WITHIN_MS = 1500;
/** Two commands of 700 ms each, one after the other: nobody may wait for both. */
const SLOW_TWICE_MS = 1350;
let postgres: TestPostgres;
let redis: TestRedis;
let proxies: { postgres: TcpProxy; redis: TcpProxy };
let stack: Stack;
let edge: string;
let buyer: ReturnType<typeof createBuyer>;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const database = await postgres.createDatabase();
  proxies = { postgres: await startTcpProxy(database.url), redis: await startTcpProxy(redis.url) };
  stack = await startStack({ env: { DATABASE_URL: proxies.postgres.url, REDIS_URL: proxies.redis.url } });
  edge = stack.ready.edgeUrl;
  buyer = createBuyer(stack.ready, stack.ready.rooms['demo']?.performances[0] ?? '');
});
afterAll(async () => {
  await stack.dispose();
  await Promise.all([proxies.postgres.stop(), proxies.redis.stop()]);
  await Promise.all([postgres.stop(), redis.stop()]);
});

async function refusedInTime(ask: () => Promise<Answer>): Promise<void> {
  const began = performance.now();
  const answer = await ask();
  const took = performance.now() - began;
  expect([answer.status, answer.body['code']], answer.text).toEqual([503, 'store_unavailable']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(took).toBeLessThan(ANSWER_WITHIN_MS);
}

const joinOnce = () => call('POST', `${edge}/api/rooms/demo/tickets`, { body: {} });
const holdOnce = (pass: string, seat: { zoneId: string; id: string }) =>
  call('POST', buyer.core('/holds'), {
    bearer: pass,
    headers: freshKey(),
    body: {
      performanceId: stack.ready.rooms['demo']?.performances[0],
      items: [{ zoneId: seat.zoneId, seats: [seat.id] }],
    },
  });

/** The process of this stack that runs core: the only one of its kind that was told of this file's proxy. */
function corePid(): number {
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
}

const boardOnce = () => call('GET', `${edge}/api/rooms/demo/board`);
const eventsOnce = () => call('GET', buyer.core('/events'));

/** Redis is away: what every visitor sees of it, outside and inside. */
async function redisIsAway(pass: string, ticket: string, seat: { zoneId: string; id: string }): Promise<void> {
  await refusedInTime(joinOnce);
  await refusedInTime(() => call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket }));
  await refusedInTime(() => holdOnce(pass, seat));
  await eventually('the board is stale', boardOnce, (answer) => answer.body['stale'] === true);
  expect((await call('GET', `${edge}/rooms/demo`, { headers: { accept: 'text/html' } })).status).toBe(200);
  expect((await eventsOnce()).status, 'who is inside goes on browsing').toBe(200);
}

async function redisIsBack(pass: string, ticket: string, seat: { zoneId: string; id: string }): Promise<void> {
  await eventually('the board is fresh', boardOnce, (answer) => answer.status === 200 && answer.body['stale'] !== true);
  await eventually('joining works', joinOnce, (answer) => answer.status === 201);
  await eventually(
    'holding works',
    () => holdOnce(pass, seat),
    (answer) => answer.status === 201,
  );
  const ask = () => call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket });
  await eventually('who waited is admitted', ask, (answer) => answer.status === 201);
}

async function someone() {
  const { pass } = await admitted(edge, 'demo');
  const [seat] = await buyer.freeSeats(1);
  if (seat === undefined) throw new Error('the hall is full');
  return { pass, seat, ticket: textOf(await joinOnce(), 'ticket') };
}

describe('a store that hangs', () => {
  it('Redis: changing calls are refused in time, the board stays and says that it is stale, and all comes back alone', async () => {
    const { pass, ticket, seat } = await someone();
    proxies.redis.setMode('hang');
    await redisIsAway(pass, ticket, seat);
    proxies.redis.setMode('carry');
    proxies.redis.cut();
    await redisIsBack(pass, ticket, seat);
  });

  it('Postgres: no booking and no admission, each in time; then the hold is booked after all', async () => {
    const { pass } = await admitted(edge, 'demo');
    const [seat] = await buyer.freeSeats(1);
    const hold = await buyer.hold(pass, [{ zoneId: seat?.zoneId, seats: [seat?.id] }]);
    expect(hold.status, hold.text).toBe(201);
    proxies.postgres.setMode('hang');
    const body = { receipt: textOf(hold, 'receipt'), buyer: { name: 'Asha Rao', email: 'asha@example.org' } };
    const key = freshKey();
    await refusedInTime(() => call('POST', buyer.core('/bookings'), { headers: key, body }));
    const ticket = textOf(await joinOnce(), 'ticket');
    const waiting = await call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket });
    expect(waiting.status, waiting.text).toBe(202);
    proxies.postgres.setMode('carry');
    proxies.postgres.cut();
    const bookOnce = () => call('POST', buyer.core('/bookings'), { headers: key, body });
    await eventually('the booking is taken', bookOnce, (answer) => answer.status === 201);
    const ask = () => call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket });
    await eventually('who waited is admitted', ask, (answer) => answer.status === 201);
  });
});

describe('a Redis that refuses or is slow', () => {
  it('its port closed: refused in time, the board stale, browsing goes on, and all comes back alone', async () => {
    const { pass, ticket, seat } = await someone();
    await proxies.redis.refuse();
    await redisIsAway(pass, ticket, seat);
    await proxies.redis.listen();
    await redisIsBack(pass, ticket, seat);
  });

  it('each reply after 1,500 ms: the same', async () => {
    const { pass, ticket, seat } = await someone();
    proxies.redis.setMode({ replyAfterMs: 1500 });
    await redisIsAway(pass, ticket, seat);
    proxies.redis.setMode('carry');
    await redisIsBack(pass, ticket, seat);
  });

  it('each reply after 700 ms: every call is answered or refused in time, also those that ask it twice', async () => {
    const { pass, ticket, seat } = await someone();
    proxies.redis.setMode({ replyAfterMs: 700 });
    const passes = () => call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket });
    for (const ask of [joinOnce, passes, () => holdOnce(pass, seat)]) {
      const began = performance.now();
      const answer = await ask();
      const took = performance.now() - began;
      expect([201, 202, 503], answer.text).toContain(answer.status);
      if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(took, `${answer.status}`).toBeLessThan(SLOW_TWICE_MS);
    }
    expect((await eventsOnce()).status).toBe(200);
    proxies.redis.setMode('carry');
    await redisIsBack(pass, ticket, (await buyer.freeSeats(1))[0] ?? seat);
  });
});

it('a core that says nothing for five seconds: the board says so, nobody is admitted, and it goes on alone', async () => {
  const waiting = textOf(await joinOnce(), 'ticket');
  const ask = () => call('POST', `${edge}/api/rooms/demo/passes`, { bearer: waiting });
  const core = corePid();
  process.kill(core, 'SIGSTOP');
  try {
    await eventually('the board says held', boardOnce, (answer) => answer.body['held'] === 'core');
    for (let i = 0; i < 3; i++) {
      expect((await ask()).status).toBe(202);
      await sleep(1000);
    }
    expect((await boardOnce()).body).toMatchObject({ held: 'core' });
  } finally {
    process.kill(core, 'SIGCONT');
  }
  await eventually('the board says nothing any more', boardOnce, (answer) => answer.body['held'] === undefined);
  await eventually('who waited is admitted', ask, (answer) => answer.status === 201);
});
