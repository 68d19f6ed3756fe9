import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/buyer.ts';
import { call, freshKey, textOf } from '../support/http.ts';
import { admitted } from '../support/visitor.ts';
import { isMade, refusedInTime, startStoresWorld, type StoresWorld } from './stores-world.ts';

/** Two commands of 700 ms each, one after the other: nobody may wait for both. */
const SLOW_TWICE_MS = 1350;
const TRIES = 3;
let world: StoresWorld;

beforeAll(async () => {
  world = await startStoresWorld();
});
afterEach(() => world.heal());
afterAll(() => world.stop());

describe('a store that hangs', () => {
  it('Redis: changing calls are refused in time, the board stays and says that it is stale, and all comes back alone', async () => {
    const one = await world.someone();
    world.proxies.redis.setMode('hang');
    await world.redisIsAway(one);
    world.proxies.redis.setMode('carry');
    world.proxies.redis.cut();
    await world.redisIsBack(one);
  });

  it('Postgres: no booking and no admission, each in time; then the hold is booked after all', async () => {
    const { buyer, proxies } = world;
    const { pass } = await admitted(world.edge, 'demo');
    const [seat] = await buyer.freeSeats(1);
    const hold = await buyer.hold(pass, [{ zoneId: seat?.zoneId, seats: [seat?.id] }]);
    expect(hold.status, hold.text).toBe(201);
    proxies.postgres.setMode('hang');
    const body = { receipt: textOf(hold, 'receipt'), buyer: { name: 'Asha Rao', email: 'asha@example.org' } };
    const key = freshKey();
    const bookOnce = () => call('POST', buyer.core('/bookings'), { headers: key, body });
    await refusedInTime(bookOnce);
    const ticket = textOf(await world.joinOnce(), 'ticket');
    const waiting = await world.askOnce(ticket);
    expect(waiting.status, waiting.text).toBe(202);
    proxies.postgres.setMode('carry');
    proxies.postgres.cut();
    await eventually('the booking is taken', bookOnce, isMade);
    await eventually('who waited is admitted', () => world.askOnce(ticket), isMade);
  });
});

it('a Redis that replies after 700 ms: every call is answered or refused in time, also those that ask it twice', async () => {
  const one = await world.someone();
  world.proxies.redis.setMode({ replyAfterMs: 700 });
  for (const ask of [world.joinOnce, () => world.askOnce(one.ticket), () => world.holdOnce(one)]) {
    // A machine that is held up may be late once; who waits for both commands is late each time.
    const took: number[] = [];
    while (took.length < TRIES && (took.at(-1) ?? Infinity) >= SLOW_TWICE_MS) {
      const began = performance.now();
      const answer = await ask();
      took.push(performance.now() - began);
      // What is held already is refused to who asks again.
      expect([201, 202, 503, ...(took.length > 1 ? [409] : [])], answer.text).toContain(answer.status);
      if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(Math.min(...took)).toBeLessThan(SLOW_TWICE_MS);
  }
  expect((await world.eventsOnce()).status).toBe(200);
  world.proxies.redis.setMode('carry');
  await world.redisIsBack({ ...one, seat: (await world.buyer.freeSeats(1))[0] ?? one.seat });
});

it('a core that says nothing for five seconds: the board says so, nobody is admitted, and it goes on alone', async () => {
  const waiting = textOf(await world.joinOnce(), 'ticket');
  const ask = () => world.askOnce(waiting);
  const core = world.corePid();
  process.kill(core, 'SIGSTOP');
  try {
    await eventually('the board says held', world.boardOnce, (answer) => answer.body['held'] === 'core');
    for (let i = 0; i < 3; i++) {
      expect((await ask()).status).toBe(202);
      await sleep(1000);
    }
    expect((await world.boardOnce()).body).toMatchObject({ held: 'core' });
  } finally {
    process.kill(core, 'SIGCONT');
  }
  await eventually('the board says nothing any more', world.boardOnce, (answer) => answer.body['held'] === undefined);
  await eventually('who waited is admitted', ask, isMade);
});
