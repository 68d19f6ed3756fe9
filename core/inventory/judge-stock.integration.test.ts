import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listAudit } from '../../db/queries/audit.ts';
import { startCoreWorld, ROOM, SHOW, type CoreWorld } from '../core-world.fixture.ts';
import { parseRoomStock } from '../../redis/health/room-stock.ts';
import { CORE_STOCK_KEY } from '../../redis/keys.ts';
import { judgeStock } from './judge-stock.ts';
import { publishStock } from './publish-stock.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await startCoreWorld();
});
afterAll(() => world.close());

const room = async () => {
  const [row] = await world.sql<{ soldOut: boolean; version: number }[]>`
    SELECT sold_out AS "soldOut", version FROM rooms WHERE id = ${ROOM}`;
  return row;
};
const entries = async () => listAudit(world.sql, { cursor: null, subject: `room:${ROOM}`, limit: 50 });
/** Leaves so many standing places and no seat: what was sold before these tests. */
const leave = (places: number) =>
  world.sql`UPDATE zone_legs SET sold = capacity - CASE zone_id WHEN 'standing' THEN ${places}::int ELSE 0 END
    WHERE performance_id = ${SHOW}`;

describe('a room’s stock', () => {
  beforeEach(async () => {
    await leave(5);
    await judgeStock(world.deps);
  });

  it('is sold out when its last place is paid, not while that is unpaid, and not any more when it comes back', async () => {
    await leave(1);
    expect(await judgeStock(world.deps)).toBe(0);
    const booked = await world.book(await world.holdStanding(1));
    expect(booked.status).toBe(201);
    expect([await judgeStock(world.deps), await room()], 'it may come back yet').toMatchObject([0, { soldOut: false }]);
    await world.sql`UPDATE bookings SET status = 'confirmed' WHERE id = ${String(booked.body['bookingId'])}`;
    const before = (await room())?.version ?? 0;
    expect([await judgeStock(world.deps), await room()]).toMatchObject([1, { soldOut: true, version: before + 1 }]);
    expect([await judgeStock(world.deps), await room()], 'said once').toMatchObject([0, { version: before + 1 }]);

    const path = `/v1/bookings/${String(booked.body['bookingId'])}/cancel`;
    const token = String(booked.body['accessToken']);
    expect((await world.call('POST', path, { token, key: 'cancel', body: {} })).status).toBe(200);
    expect([await judgeStock(world.deps), await room()]).toMatchObject([1, { soldOut: false, version: before + 2 }]);
    expect(await entries()).toMatchObject([
      { actor: 'system:stock', action: 'room.stock-returned', before: { soldOut: true }, after: { soldOut: false } },
      { actor: 'system:stock', action: 'room.sold-out', before: { soldOut: false }, after: { soldOut: true } },
    ]);
  });

  it('is judged by one of several processes', async () => {
    await leave(0);
    const changed = await Promise.all(Array.from({ length: 6 }, () => judgeStock(world.deps)));
    expect(changed.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('is told to the admission worker where an autopilot goes by it: free, held, and unpaid', async () => {
    expect(await publishStock(world.deps), 'no autopilot').toBe(0);
    await world.sql`UPDATE rooms SET mode = 'autopilot', min_users_per_minute = 1, max_users_per_minute = 9`;
    const told = async () => {
      await publishStock(world.deps);
      return parseRoomStock(await world.deps.redis.hgetall(CORE_STOCK_KEY)).get(ROOM);
    };
    expect(await told()).toMatchObject({ capacity: 65, free: 5, held: 0, pending: 0 });
    const held = await world.holdStanding(2);
    expect(await told()).toMatchObject({ free: 3, held: 2, pending: 0 });
    expect((await world.book(held)).status).toBe(201);
    expect(await told()).toMatchObject({ capacity: 65, free: 3, held: 0, pending: 2 });
    await world.sql`UPDATE bookings SET status = 'confirmed'`;
    await world.sql`UPDATE performances SET status = 'ended'`;
    expect(await told(), 'nothing is sold here any more').toMatchObject({ capacity: 0, free: 0, pending: 0 });
    await world.sql`UPDATE performances SET status = 'on_sale'`;
    await world.sql`UPDATE rooms SET mode = 'manual'`;
  });

  it('counts what is not on sale yet, and not what has ended', async () => {
    await leave(0);
    await world.sql`UPDATE performances SET status = 'ended'`;
    expect(await judgeStock(world.deps), 'with nothing on sale there is nothing to be sold out').toBe(0);
    await world.sql`UPDATE performances SET status = 'on_sale'`;
    expect(await judgeStock(world.deps)).toBe(1);
    await world.sql`UPDATE performances SET status = 'scheduled'`;
    expect(await judgeStock(world.deps), 'all of it is claimed, whenever its sale begins').toBe(0);
  });
});
