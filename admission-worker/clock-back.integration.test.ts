import { afterAll, beforeAll, expect, it } from 'vitest';
import { admittedIds, type RoomWorld, startRoomWorld } from './room-world.fixture.ts';

let world: RoomWorld;
beforeAll(async () => {
  world = await startRoomWorld();
  await world.reset();
});
afterAll(() => world.close());

/** How far Redis's clock goes back, in s; longer than the minute that admissions are counted in. */
const BACK = 90;

it('a clock of Redis that goes back: the room stands still until it is there again, and no bound is broken', async () => {
  await world.openRoom({ rate: 30, session: 3600 });
  const tickets = await Promise.all(Array.from({ length: 60 }, () => world.join()));
  await world.ticks(1);
  for (const ticket of tickets) await world.ask(ticket, false);
  const [first] = admittedIds(await world.ticks(10));
  const ticket = tickets.find(({ ticketId }) => ticketId === first);
  if (ticket === undefined) throw new Error('nobody was admitted');
  const { untilMs } = await world.ask(ticket);

  await world.advance(-1000 * BACK);
  expect((await world.ticks(1))[0], 'the worker is told how far').toMatchObject({
    status: 'skipped',
    aheadTicks: BACK - 1,
  });
  expect(admittedIds(await world.ticks(BACK - 1)), 'nobody is let in while a minute runs twice').toEqual([]);
  expect((await world.ticks(1))[0]?.status, 'it goes on by itself').toBe('admitted');
  expect(await world.ask(ticket), 'the session ends when it was to end').toMatchObject({ state: 'active', untilMs });
});
