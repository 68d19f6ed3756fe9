import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call, freshKey, textOf, type Answer } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { admitted } from '../support/visitor.ts';

/** DESIGN §2.7 promises an answer within a second; half a second more is this machine's, which runs all parts at once. */
const ANSWER_WITHIN_MS = 1500;
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

describe('a store that hangs', () => {
  it('Redis: changing calls are refused in time, the board stays and says that it is stale, and all comes back alone', async () => {
    const { pass } = await admitted(edge, 'demo');
    const [seat] = await buyer.freeSeats(1);
    if (seat === undefined) throw new Error('the hall is full');
    proxies.redis.setMode('hang');
    await refusedInTime(joinOnce);
    await refusedInTime(() => holdOnce(pass, seat));
    const board = () => call('GET', `${edge}/api/rooms/demo/board`);
    await eventually('the board is stale', board, (answer) => answer.body['stale'] === true);
    expect((await call('GET', `${edge}/rooms/demo`, { headers: { accept: 'text/html' } })).status).toBe(200);
    proxies.redis.setMode('carry');
    proxies.redis.cut();
    await eventually('the board is fresh', board, (answer) => answer.status === 200 && answer.body['stale'] !== true);
    await eventually('joining works', joinOnce, (answer) => answer.status === 201);
    await eventually(
      'holding works',
      () => holdOnce(pass, seat),
      (answer) => answer.status === 201,
    );
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
