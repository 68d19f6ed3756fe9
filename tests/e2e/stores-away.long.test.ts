import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startStoresWorld, type StoresWorld } from './stores-world.ts';

/** DESIGN §2.7 promises an answer within a second; half a second more is this machine's, which runs all parts at once. */
const ANSWER_WITHIN_MS = 1500;
/** Two commands of 700 ms each, one after the other: nobody may wait for both. */
const SLOW_TWICE_MS = 1350;
const TRIES = 3;
let world: StoresWorld;

beforeAll(async () => {
  world = await startStoresWorld({ answerWithinMs: ANSWER_WITHIN_MS });
});
afterEach(() => world.heal());
afterAll(() => world.stop());

describe('a Redis that refuses or is slow: refused in time, the board stale, browsing goes on, and all comes back alone', () => {
  it('its port closed', async () => {
    const one = await world.someone();
    await world.proxies.redis.refuse();
    await world.redisIsAway(one);
    await world.proxies.redis.listen();
    await world.redisIsBack(one);
  });

  it('each reply after 1,500 ms', async () => {
    const one = await world.someone();
    world.proxies.redis.setMode({ replyAfterMs: 1500 });
    await world.redisIsAway(one);
    world.proxies.redis.setMode('carry');
    await world.redisIsBack(one);
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
