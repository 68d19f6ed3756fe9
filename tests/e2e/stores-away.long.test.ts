import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { startStoresWorld, type StoresWorld } from './stores-world.ts';

let world: StoresWorld;

beforeAll(async () => {
  world = await startStoresWorld();
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
