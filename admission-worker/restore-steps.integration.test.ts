import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertRevocation } from '../db/queries/revoked-tickets.ts';
import { roomKeys } from '../redis/keys.ts';
import { commitTick, tickRoom } from '../redis/room/tick-room.ts';
import type { RedisReply, TickClient } from '../redis/script-client.ts';
import { setTestClock } from '../redis/test-clock.ts';
import { admit } from './admit.ts';
import { askDirectly } from './ask-postgres.ts';
import { restore } from './restore.ts';
import { revoke } from './revoke.ts';
import { admittedIds, ROOM, type RoomWorld, startRoomWorld } from './room-world.fixture.ts';

/** Ten full steps of spent tickets. */
const SPENT = 2500;
let world: RoomWorld;
beforeAll(async () => {
  world = await startRoomWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** A room with a session, a visitor in line and many spent tickets; then Redis is emptied. */
async function loseRoom() {
  await world.openRoom();
  const [inside, waiting] = [await world.join(), await world.join()];
  await world.ticks(1);
  await world.ask(inside);
  await world.ticks(9); // the other one of the call does not answer: its window has to close
  expect(await world.ask(inside)).toMatchObject({ state: 'active' });
  await world.ticks(1);
  await world.sql()`INSERT INTO spent_tickets (room, ticket_id, expires_at)
    SELECT ${ROOM}, 'spent-' || n, to_timestamp(${world.now() / 1000 + 3600}::float8) FROM generate_series(1, ${SPENT}) AS n`;
  await emptyRedis();
  return { inside, waiting };
}

async function emptyRedis() {
  await world.testRedis.flush();
  await setTestClock(world.redis, world.now());
}

/** The worker's way to Redis, with something that happens before its second step of spent tickets. */
const interrupted = (before: () => Promise<void>): TickClient => {
  let steps = 0;
  return {
    ...world.scripts,
    async run(script, keys, args) {
      if (script === 'load-spent' && ++steps === 2) await before();
      return world.scripts.run(script, keys, args);
    },
  };
};
const restoreOver = async (scripts: TickClient) =>
  restore({ postgres: askDirectly(world.sql()), scripts }, await world.row());
const dies = async () => {
  throw new Error('the worker is gone');
};

describe('a restore in steps', () => {
  it('lets nobody do anything until the last one, and is taken over when its worker died in between', async () => {
    const { inside, waiting } = await loseRoom();
    await expect(restoreOver(interrupted(dies))).rejects.toThrow('the worker is gone');
    await expect(world.ask(inside)).rejects.toMatchObject({ code: 'room_recovering' });
    await expect(world.join()).rejects.toMatchObject({ code: 'room_recovering' });
    expect((await world.ticks(1))[0]).toEqual({ status: 'lost' });

    await world.advance(1999);
    expect(await restoreOver(world.scripts), 'it may only be slow').toBeNull();
    await world.advance(1);
    expect(await restoreOver(world.scripts)).toBe(3);
    await world.ticks(1);
    expect(await world.ask(inside)).toMatchObject({ state: 'active' });
    expect(await world.ask(waiting)).toMatchObject({ state: 'ready' });
    expect(await world.redis.zcard(roomKeys(ROOM).spent)).toBe(SPENT + 1);
  });

  it('fails as a whole when Postgres goes away between two pages, and is taken over', async () => {
    const { inside } = await loseRoom();
    const answers = askDirectly(world.sql());
    let pages = 0;
    // While the first page of spent tickets is loaded the next one is asked for already.
    const away: typeof answers = async (query) => {
      const page = await answers(query);
      const isPage = Array.isArray(page) && (page.length === 0 || page.length > SPENT);
      if (isPage && ++pages === 2) throw new Error('Postgres is away');
      return page;
    };
    await expect(restore({ postgres: away, scripts: world.scripts }, await world.row())).rejects.toThrow('away');
    await world.advance(3000);
    expect(await restoreOver(world.scripts)).toBe(3);
    expect(await world.ask(inside)).toMatchObject({ state: 'active' });
  });

  it('refuses the steps of a worker that was stopped and wakes up when another has done it all', async () => {
    const { inside } = await loseRoom();
    const another = async () => {
      await world.advance(3000);
      expect(await restoreOver(world.scripts)).toBe(3);
      await world.ticks(2);
    };
    expect(await restoreOver(interrupted(another))).toBeNull();
    expect(await world.ask(inside)).toMatchObject({ state: 'active', epoch: 3 });
    expect(await world.redis.hexists(roomKeys(ROOM).state, 'restoring')).toBe(0);
  });

  it('clears away what an older copy of Redis held of sessions and of people who were called since', async () => {
    await world.openRoom();
    const [left, stranger, other] = [await world.join(), await world.join(), await world.join()];
    const { live, unclaimed, state } = roomKeys(ROOM);
    await world.ticks(1);
    await world.ask(left);
    await world.ticks(9);
    const end = world.now() + 60_000;
    await world.redis.zadd(live, end, stranger.ticketId);
    await world.redis.set(`{r:${ROOM}}:access:${stranger.ticketId}`, `${end} session`);
    await world.redis.zadd(unclaimed, end, end);
    await world.redis.sadd(`${unclaimed}:${end}`, other.ticketId);
    await world.redis.set(`{r:${ROOM}}:access:${other.ticketId}`, `${end} key 1`);
    await world.redis.zadd(`{r:${ROOM}}:waiting:general`, Number(left.score), left.ticketId);
    await world.redis.hset(state, 'tick', 1, 'committed', 1);
    expect(await restoreOver(world.scripts)).toBe(2);
    expect(await world.redis.zrange(live, 0, -1)).toEqual([]);
    const [window, ...more] = await world.redis.zrange(unclaimed, 0, -1);
    expect(more).toEqual([]);
    expect(await world.redis.smembers(`${unclaimed}:${window}`)).toEqual([left.ticketId]);
    expect(await world.redis.hget(state, 'unclaimed')).toBe('1');
    expect(await world.redis.zcard(`{r:${ROOM}}:waiting:general`)).toBe(0);
    expect(await world.ask(other)).not.toMatchObject({ state: 'admitted' });
    expect(await world.ask(stranger)).not.toMatchObject({ state: 'active' });
  });
});

describe('a revoked ticket', () => {
  it.each([true, false])('stays out across a loss, whether or not a worker had told Redis (%s)', async (told) => {
    await world.openRoom();
    const ticket = await world.join();
    await world.ticks(1);
    await world.ask(ticket);
    await world.ticks(1);
    expect(await world.ask(ticket)).toMatchObject({ state: 'active' });
    await world.ticks(1);
    const revocation = { room: ROOM, ticketId: ticket.ticketId, expMs: ticket.expMs };
    await world.sql().begin((tx) => insertRevocation(tx, revocation, 'test'));
    if (told) await revoke(world.stores(), await world.row(), [revocation]);
    await emptyRedis();
    expect(await restoreOver(world.scripts)).toBe(2);
    expect(await world.ask(ticket)).toMatchObject({ state: 'spent' });
  });
});

describe('a step that comes late', () => {
  it('writes nothing when others have ticked on, and commits nothing', async () => {
    await world.openRoom();
    const ticket = await world.join();
    await world.ticks(1);
    await world.ask(ticket);
    await world.advance(1000);
    const replies: RedisReply[] = [];
    const noting: TickClient = {
      ...world.scripts,
      async run(script, keys, args) {
        const reply = await world.scripts.run(script, keys, args);
        replies.push(reply);
        return reply;
      },
    };
    const begun = await tickRoom(noting, await world.row(), ['general']);
    if (begun.status !== 'ticked') throw new Error(begun.status);
    // Others finish it and go on; then the one that began it wakes up.
    await world.ticks(3);
    const before = await world.row();
    const late: TickClient = { ...world.scripts, run: async () => replies[0] ?? null };
    expect(await admit({ ...world.stores(), scripts: late }, before)).toEqual({ status: 'stale' });
    expect(await commitTick(world.scripts, ROOM, before.epoch, ['general'], begun.result)).toBe('before');
    expect(await world.row()).toEqual(before);
    expect(await world.sql()`SELECT ticket_id FROM admissions`).toHaveLength(1);
  });

  it('finds out that Redis made the same tick once more from an older copy', async () => {
    await world.openRoom();
    const ticket = await world.join();
    await world.ticks(1);
    await world.ask(ticket);
    const copy = await world.redis.hgetall(roomKeys(ROOM).state);
    expect(admittedIds(await world.ticks(1))).toEqual([ticket.ticketId]);
    // Back to before that tick, in the same second and unseen by the tick's own guard.
    await world.redis.del(roomKeys(ROOM).state);
    await world.redis.hset(roomKeys(ROOM).state, copy);
    await world.advance(7);
    const stale = { ...(await world.row()), tick: Number(copy['tick']) };
    expect(await admit(world.stores(), stale)).toEqual({ status: 'lost' });
    expect(await world.sql()`SELECT ticket_id FROM admissions`).toHaveLength(1);
  });
});
