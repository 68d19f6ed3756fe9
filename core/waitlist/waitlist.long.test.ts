import { afterAll, beforeAll, expect, it } from 'vitest';
import { raceForFreedSeat, startWaitlistWorld, type WaitlistWorld } from './waitlist-world.fixture.ts';

let world: WaitlistWorld;
beforeAll(async () => {
  world = await startWaitlistWorld();
});
afterAll(() => world.close());

it('a seat that goes free while somebody waits is theirs in the same moment: of 200 who ask meanwhile nobody has it', async () => {
  const { told, seat, waiting } = await raceForFreedSeat(world, 200);
  expect([told.length, ...new Set(told)]).toEqual([200, 409]);
  expect((await world.look(waiting)).body).toMatchObject({ state: 'offered', offer: { items: [{ seatId: seat }] } });
  expect(await world.differences()).toEqual([]);
});
