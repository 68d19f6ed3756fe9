import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { availabilityOn } from '../../redis/inventory/availability.ts';
import { readStockChanges } from '../../db/queries/sold-out.ts';
import { countRoomStock } from '../../db/queries/room-stock.ts';
import { readBooking } from '../../db/queries/bookings.ts';
import { readAvailability } from '../../redis/inventory/read-availability.ts';
import { roomKeys } from '../../redis/keys.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { ROOM, SHOW, startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { runReconciliations } from '../reconcile/run-reconciliations.ts';
import { openDueSales } from './open-due-sales.ts';
import { tellDueCapacities } from './tell-capacities.ts';

let world: CoreWorld;
let buyer: Buyer;
let token: string;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
  token = await world.operatorToken('operator');
});
afterAll(() => world.close());

const PATH = `/v1/operator/performances/${SHOW}`;
const patch = (body: object): Promise<Reply> => world.call('PATCH', PATH, { token, body });
const inMs = (ms: number) => new Date(world.deps.clock.nowMs() + ms).toISOString();
const standing = (quantity: number) => [{ zoneId: 'standing', quantity }];
const hold = (items: object[] = standing(1)) => world.askHold(items);
const free = async () => {
  const snapshot = await readAvailability(world.deps.scripts, { room: ROOM, performanceId: SHOW });
  return availabilityOn(snapshot, [0, 1]).zones.find(({ id }) => id === 'standing')?.available;
};
const differences = async (): Promise<unknown> => {
  const asked = await world.call('POST', '/v1/operator/reconciliations', { token, key: newId(), body: {} });
  while ((await runReconciliations(world.deps)) > 0);
  return (await world.call('GET', `/v1/operator/reconciliations/${String(asked.body['id'])}`, { token })).body['items'];
};

describe('the times of a sale', () => {
  it('open it to the moment: nothing is held before, and its row follows by itself', async () => {
    await world.sql`UPDATE performances SET status = 'scheduled' WHERE id = ${SHOW}`;
    const onSaleAt = inMs(600_000);
    await patch({ onSaleAt });
    expect(await hold()).toMatchObject({ status: 403, body: { code: 'forbidden', sale: 'scheduled', onSaleAt } });
    expect(await openDueSales(world.deps)).toBe(0);
    await patch({ onSaleAt: inMs(-1) });
    expect((await hold()).status).toBe(201);
    expect([await openDueSales(world.deps), await openDueSales(world.deps)]).toEqual([1, 0]);
    expect((await world.call('GET', PATH, { token })).body).toMatchObject({ status: 'on_sale', sale: 'on_sale' });
    const [last] =
      await world.sql`SELECT actor, after FROM audit WHERE subject = ${`performance:${SHOW}`} ORDER BY id DESC LIMIT 1`;
    expect(last).toEqual({ actor: 'system:on-sale-time', after: { status: 'on_sale' } });
    expect((await world.call('GET', `/v1/performances/${SHOW}`)).body['status']).toBe('on_sale');
  });

  it('end it: what was held before is not booked any more, what was booked is answered as it was', async () => {
    const [held, booked] = [await world.holdSeats([buyer.seat()]), await world.holdSeats([buyer.seat()])];
    const key = newId();
    expect((await world.book(booked, key)).status).toBe(201);
    const [startsAt, salesCutOffSeconds] = [inMs(3_600_000), 3600];
    const salesEndAt = new Date(Date.parse(startsAt) - salesCutOffSeconds * 1000).toISOString();
    expect((await patch({ startsAt, salesCutOffSeconds })).body).toMatchObject({ sale: 'ended', salesEndAt });
    const refused = { status: 403, body: { code: 'forbidden', sale: 'ended', salesEndAt } };
    expect(await hold()).toMatchObject(refused);
    expect(await world.book(held)).toMatchObject(refused);
    expect((await world.book(booked, key)).headers.get('idempotency-replayed')).toBe('true');
    // Its row says on_sale still: what money that comes too late buys, and what a room has to offer, go by the times as well.
    const late = async () =>
      (await readBooking(world.sql, String((await world.book(booked, key)).body['bookingId'])))?.saleOpen;
    const stock = async () => (await countRoomStock(world.sql)).find(({ room }) => room === ROOM)?.unbooked;
    await world.sql`UPDATE rooms SET mode = 'autopilot', min_users_per_minute = 1, max_users_per_minute = 10 WHERE id = ${ROOM}`;
    expect([await late(), await stock(), await readStockChanges(world.sql)]).toEqual([false, 0, []]);
    expect((await patch({ salesCutOffSeconds: null })).body['sale']).toBe('on_sale');
    expect([await late(), ((await stock()) ?? 0) > 0]).toEqual([true, true]);
    await world.sql`UPDATE rooms SET mode = 'manual' WHERE id = ${ROOM}`;
    expect((await world.book(held)).status).toBe(201);
  });
});

describe('what an operator changes', () => {
  it('prices: what is held or sold keeps its own', async () => {
    const held = await hold();
    await patch({ zones: [{ id: 'standing', priceMinor: 2500, feeMinor: 100 }] });
    expect((await hold()).body['total']).toEqual({ amountMinor: 2500, currency: 'EUR' });
    const receipt = String(held.body['receipt']);
    const body = { receipt, buyer: { name: 'Grace', email: 'grace@example.org' } };
    const booked = await world.call('POST', '/v1/bookings', { key: newId(), body });
    expect(booked.body['total']).toEqual({ amountMinor: 2000, currency: 'EUR' });
  });

  it('places per buyer: counted over all bookings of an address', async () => {
    await patch({ placesPerBuyer: 2 });
    const book = async (quantity: number) => {
      const { receipt } = (await hold(standing(quantity))).body;
      return world.call('POST', '/v1/bookings', {
        key: newId(),
        body: { receipt, buyer: { name: 'Ines', email: 'ines@example.org' } },
      });
    };
    await patch({ zones: [{ id: 'standing', capacity: 30 }] });
    expect((await book(2)).status).toBe(201);
    expect(await book(1)).toMatchObject({ status: 409, body: { code: 'limit_reached', limit: 2 } });
    await patch({ placesPerBuyer: null });
  });

  it('capacity: grows at once, shrinks to what is sold and blocked, and the inventory follows once', async () => {
    await world.drain();
    const before = (await free()) ?? 0;
    const zone = async () =>
      ((await world.call('GET', PATH, { token })).body['zones'] as { id: string; capacity: number; sold: number }[])[1];
    const { capacity = 0, sold = 0 } = (await zone()) ?? {};
    expect((await patch({ zones: [{ id: 'standing', capacity: capacity + 5 }] })).status).toBe(200);
    expect(await free()).toBe(before + 5);
    expect(await tellDueCapacities(world.deps)).toBe(0);
    const blocked = { name: 'Camera', items: standing(2) };
    expect((await world.call('POST', `${PATH}/blocks`, { token, key: newId(), body: blocked })).status).toBe(201);
    const refused = await patch({ zones: [{ id: 'standing', capacity: sold + 1 }] });
    expect(refused.body['errors']).toEqual([
      { path: 'zones.0.capacity', message: `zone standing: ${sold + 2} places are sold or blocked` },
    ]);
    expect((await patch({ zones: [{ id: 'standing', capacity: sold + 10 }] })).status).toBe(200);
    expect(await differences()).toEqual([]);
    expect((await patch({ zones: [{ id: 'stalls', capacity: 61 }] })).body['code']).toBe('invalid_request');
  });

  it('capacity while the inventory is away: a load brings it, and what comes late changes nothing', async () => {
    const { redis } = world.deps;
    const now = (await free()) ?? 0;
    const stale = await world.deps.catalogue.performance(SHOW);
    if (stale === null) throw new Error('the fixture has a performance');
    const [zone] = await world.sql<
      { capacity: number }[]
    >`SELECT capacity FROM zones WHERE performance_id = ${SHOW} AND id = 'standing'`;
    await redis.flushall();
    await redis.hset(roomKeys(ROOM).state, 'epoch', 2);
    await redis.hset(roomKeys(ROOM).config, 'holdLimit', 50);
    expect((await patch({ zones: [{ id: 'standing', capacity: (zone?.capacity ?? 0) + 3 }] })).status).toBe(200);
    expect(await world.deps.inventory.load(stale)).toBe('loaded');
    const loaded = (await free()) ?? 0;
    expect(loaded).toBeGreaterThanOrEqual(now + 3);
    await world.sql`UPDATE zones SET capacity_due_at = now()`;
    expect([await tellDueCapacities(world.deps), await free()]).toEqual([1, loaded]);
    expect(await differences()).toEqual([]);
  });

  it('capacity of an event that somebody else has locked: whoever buys meanwhile does not wait for that', async () => {
    const { receipt } = (await hold()).body;
    const body = { receipt, buyer: { name: 'Quick', email: 'quick@example.org' } };
    const waiting = () =>
      world.sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const change = await world.sql.begin(async (tx) => {
      await tx`SELECT 1 FROM events FOR NO KEY UPDATE`;
      const asked = patch({ zones: [{ id: 'standing', capacity: 500 }] });
      while ((await waiting()).length === 0);
      expect((await world.call('POST', '/v1/bookings', { key: newId(), body })).status).toBe(201);
      return { asked };
    });
    expect((await change.asked).status).toBe(200);
  });

  it('twenty capacities at once while places are sold: never more sold than there are, and both stores agree', async () => {
    const [zone] = await world.sql<
      { capacity: number }[]
    >`SELECT capacity FROM zones WHERE performance_id = ${SHOW} AND id = 'standing'`;
    const base = zone?.capacity ?? 0;
    const buyers = Array.from({ length: 20 }, async (_, i) => {
      const { status, body } = await hold();
      if (status !== 201) return 0;
      const buyer = { name: 'Many', email: `many-${i}@example.org` };
      return (await world.call('POST', '/v1/bookings', { key: newId(), body: { receipt: body['receipt'], buyer } }))
        .status;
    });
    const grown = Array.from({ length: 20 }, (_, i) => patch({ zones: [{ id: 'standing', capacity: base + i }] }));
    const statuses = [...(await Promise.all(buyers)), ...(await Promise.all(grown)).map(({ status }) => status)];
    // On a busy machine some are told to come again; what they asked for has happened or has not.
    expect(statuses.filter((status) => ![0, 200, 201, 409, 422, 503].includes(status))).toEqual([]);
    await world.drain();
    while ((await tellDueCapacities(world.deps)) > 0);
    expect(await differences()).toEqual([]);
  });
});
