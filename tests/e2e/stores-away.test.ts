import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/buyer.ts';
import { call, freshKey, textOf } from '../support/http.ts';
import { admitted, join } from '../support/visitor.ts';
import { isMade, startStoresWorld, type StoresWorld } from './stores-world.ts';

/** Long past DESIGN §2.7's second, so that a machine that is held up passes, and far from never. The second itself: the long test. */
const ANSWER_WITHIN_MS = 6000;
let world: StoresWorld;

beforeAll(async () => {
  world = await startStoresWorld({ answerWithinMs: ANSWER_WITHIN_MS });
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
    await world.refusedInTime(bookOnce);
    const ticket = await join(world.edge, 'demo');
    const waiting = await world.askOnce(ticket);
    expect(waiting.status, waiting.text).toBe(202);
    proxies.postgres.setMode('carry');
    proxies.postgres.cut();
    await eventually('the booking is taken', bookOnce, isMade);
    await eventually('who waited is admitted', () => world.askOnce(ticket), isMade);
  });
});

it('a core that says nothing for five seconds: the board says so, nobody is admitted, and it goes on alone', async () => {
  const waiting = await join(world.edge, 'demo');
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
