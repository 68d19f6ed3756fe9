import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeEpoch } from '../db/queries/rooms.ts';
import { roomKeys } from '../redis/keys.ts';
import { joinRoom } from '../redis/room/join.ts';
import { leaveRoom } from '../redis/room/leave.ts';
import { readPlace } from '../redis/room/read-place.ts';
import type { TicketRef } from '../redis/room/ticket-keys.ts';
import { setTestClock } from '../redis/test-clock.ts';
import { restore } from './restore.ts';
import { admittedIds, ROOM, type RoomWorld, startRoomWorld } from './room-world.fixture.ts';

let world: RoomWorld;
beforeAll(async () => {
  world = await startRoomWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

describe('losing Redis', () => {
  it('brings back order, sessions and spent tickets under a new epoch, and reuses no number', async () => {
    await world.openRoom({ rate: 60 });
    const [inside, gone, waiting] = [await world.join(), await world.join(), await world.join()];
    await world.ticks(1);
    await world.ask(inside);
    await world.ask(gone);
    await world.ticks(9); // the third of the call never answers: its window has to close
    await world.ask(inside);
    await world.ask(gone);
    await leaveRoom(world.scripts, gone);
    await world.ticks(1);
    await world.testRedis.flush();
    await setTestClock(world.redis, world.now());
    await expect(world.join(), 'nobody slips in ahead').rejects.toMatchObject({ code: 'room_recovering' });
    expect((await world.ticks(1))[0]).toEqual({ status: 'lost' });
    expect(await restore(world.stores(), await world.row())).toBe(2);
    await world.ticks(1);
    expect(await world.ask(inside)).toMatchObject({ state: 'active' });
    expect(await world.ask(gone)).toMatchObject({ state: 'spent' });
    expect(await world.ask(waiting)).toMatchObject({ state: 'ready' });
    expect(Number((await world.join()).score)).toBeGreaterThan(Number(waiting.score));
  });

  it('keeps the rate across a loss: what was admitted in the last minute still counts', async () => {
    await world.openRoom({ rate: 600 });
    const tickets = await Promise.all(Array.from({ length: 30 }, () => world.join()));
    await world.ticks(1);
    for (const ticket of tickets) await world.ask(ticket);
    expect(admittedIds(await world.ticks(4)).length).toBe(30);
    await world.sql()`UPDATE rooms SET new_users_per_minute = 20, version = version + 1`;
    await world.testRedis.flush();
    await setTestClock(world.redis, world.now());
    await restore(world.stores(), await world.row());
    const newcomer = await world.join();
    await world.ticks(23);
    await world.ask(newcomer);
    expect(admittedIds(await world.ticks(20))).toEqual([]);
  });

  it('gives two workers that restore at once blocks of numbers of their own', async () => {
    await world.openRoom();
    const before = await world.row();
    const first = await takeEpoch(world.sql(), ROOM, before.epoch, ['general'], 1000);
    const second = await takeEpoch(world.sql(), ROOM, before.epoch + 1, ['general'], 1000);
    expect(second?.leasedTo.get('general')).toBe((first?.leasedTo.get('general') ?? 0) + 1000);
  });

  it('remembers across a loss that a key was not claimed before', async () => {
    await world.openRoom({ claim: 10 });
    const ticket = await world.join();
    await world.ticks(1);
    await world.ask(ticket);
    await world.ticks(13);
    await world.ask(ticket);
    await world.ticks(1);
    await world.testRedis.flush();
    await setTestClock(world.redis, world.now());
    await restore(world.stores(), await world.row());
    await world.ticks(12);
    expect(await world.ask(ticket)).toMatchObject({ state: 'spent' });
  });

  it('counts who has not come back, so that the first to return are told their true place', async () => {
    await world.openRoom({ rate: 60 });
    await world.sql()`UPDATE rooms SET paused = true, version = version + 1`;
    await world.redis.hset(roomKeys(ROOM).config, 'paused', '1');
    const tickets: TicketRef[] = [];
    for (let count = 0; count < 20; count += 1) tickets.push(await world.join());
    await world.ticks(2);
    const ahead = () => Promise.all(tickets.map(async (ticket) => (await readPlace(world.scripts, ticket)).ahead));
    const places = tickets.map((_ticket, index) => index);
    expect(await ahead()).toEqual(places);
    await world.testRedis.flush();
    await setTestClock(world.redis, world.now());
    await restore(world.stores(), await world.row());
    expect(await ahead()).toEqual(places);
    for (const ticket of [...tickets].reverse()) {
      const { ahead: told } = await joinRoom(world.scripts, ticket);
      expect(told).toBe(tickets.indexOf(ticket));
    }
    expect(await ahead()).toEqual(places);
    // Some may have joined after the last tick that Postgres has, so whoever is new may stand a few places further back, never ahead.
    const { ahead: before } = await readPlace(world.scripts, await world.join());
    expect(before).toBeGreaterThanOrEqual(20);
    expect(before).toBeLessThanOrEqual(23);
  });

  it('notices an older snapshot', async () => {
    await world.openRoom();
    const room = await world.row();
    await world.redis.hset(`{r:${ROOM}}:state`, 'tick', room.tick - 2, 'committed', room.tick - 2);
    expect((await world.ticks(1))[0]).toEqual({ status: 'lost' });
  });
});
