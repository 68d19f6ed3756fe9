import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAudit } from '../../db/queries/audit.ts';
import { newId } from '../../platform/id.ts';
import { availabilityOn } from '../../redis/inventory/availability.ts';
import { readAvailability } from '../../redis/inventory/read-availability.ts';
import { roomKeys } from '../../redis/keys.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { ROOM, SHOW, startCoreWorld, type CoreWorld, type Held, type Reply } from '../core-world.fixture.ts';
import { judgeStock } from '../inventory/judge-stock.ts';
import { runReconciliations } from '../reconcile/run-reconciliations.ts';
import { applyDueBlocks } from './apply-blocks.ts';

const PATH = `/v1/operator/performances/${SHOW}/blocks`;
const CODE = 'FRIENDS-26';
const BLOCKED = 3;

let world: CoreWorld;
let buyer: Buyer;
let token: string;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
  token = await world.operatorToken('operator');
});
afterAll(() => world.close());

const block = (body: object, key = newId()): Promise<Reply> => world.call('POST', PATH, { token, key, body });
const unblock = async (made: Reply) =>
  (await world.call('DELETE', `${PATH}/${String(made.body['blockId'])}`, { token })).status;
const seats = (...ids: string[]) => ({ zoneId: 'stalls', seats: ids });
const standing = (quantity: number) => ({ zoneId: 'standing', quantity });
const hold = (items: object[], allocationCode?: string) => world.askHold(items, allocationCode);
const toHeld = ({ body }: Reply): Held => ({
  receipt: String(body['receipt']),
  holdId: String(body['holdId']),
  owner: '',
});
const states = async () => {
  const snapshot = await readAvailability(world.deps.scripts, { room: ROOM, performanceId: SHOW });
  const found = availabilityOn(snapshot, [0, 1]);
  return (seat: string) => {
    const index = Number(seat.slice(1)) - 1;
    return ((found.states[index >> 2] ?? 0) >> ((index & 3) * 2)) & 3;
  };
};
const standingFree = async () =>
  availabilityOn(await readAvailability(world.deps.scripts, { room: ROOM, performanceId: SHOW }), [0, 1]).zones.find(
    (zone) => zone.id === 'standing',
  )?.available;
const differences = async (): Promise<unknown> => {
  const asked = await world.call('POST', '/v1/operator/reconciliations', { token, key: newId(), body: {} });
  while ((await runReconciliations(world.deps)) > 0);
  await world.drain();
  return (await world.call('GET', `/v1/operator/reconciliations/${String(asked.body['id'])}`, { token })).body['items'];
};

describe('an operator who blocks places', () => {
  it('takes them out of the sale, once per key, and gives them back; each with its audit row', async () => {
    const [a, b] = [buyer.seat(), buyer.seat()];
    const body = { name: 'Camera', items: [seats(a, b), standing(1)] };
    const made = await block(body, 'once');
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Camera',
        kind: 'blocked',
        items: [seats(a, b), standing(1)],
        places: 3,
        sold: 0,
        createdBy: 'ada',
      },
    });
    expect((await block(body, 'once')).headers.get('idempotency-replayed')).toBe('true');
    expect([(await states())(a), await standingFree()]).toEqual([BLOCKED, 4]);
    expect(await hold([seats(a)])).toMatchObject({ status: 409, body: { code: 'seats_unavailable', seats: [a] } });
    expect((await world.call('GET', PATH, { token: await world.operatorToken('viewer') })).body['items']).toMatchObject(
      [{ blockId: made.body['blockId'], places: 3 }],
    );
    expect(await differences()).toEqual([]);
    expect([await unblock(made), await unblock(made)]).toEqual([204, 404]);
    expect([(await states())(a), await standingFree()]).toEqual([0, 5]);
    const trail = await listAudit(world.sql, { cursor: null, subject: `performance:${SHOW}`, limit: 9 });
    expect(trail.map(({ actor, action }) => [actor, action])).toEqual([
      ['ada', 'performance.unblock'],
      ['ada', 'performance.block'],
    ]);
    expect(await differences()).toEqual([]);
  });

  it('is told which seats are held, sold or blocked, and which zone has too few places; nothing is blocked then', async () => {
    const [held, sold, blocked, free] = [buyer.seat(), buyer.seat(), buyer.seat(), buyer.seat()];
    await world.holdSeats([held]);
    await world.book(await world.holdSeats([sold]));
    const made = await block({ items: [seats(blocked)] });
    expect(await block({ items: [seats(free, held, sold, blocked)] })).toMatchObject({
      status: 409,
      body: { code: 'seats_unavailable', seats: [held, sold, blocked] },
    });
    expect(await block({ items: [seats(free), standing(6)] })).toMatchObject({
      status: 409,
      body: { code: 'zone_sold_out', zoneId: 'standing', available: 5 },
    });
    expect((await states())(free)).toBe(0);
    // What only Postgres knows.
    await world.drain();
    await world.forgetClaims();
    expect((await block({ items: [seats(sold, free)] })).body).toMatchObject({
      code: 'seats_unavailable',
      seats: [sold],
    });
    expect((await states())(free), 'what was set aside is let go').toBe(0);
    await unblock(made);
    await differences();
  });

  it('renames a block, and changes or ends none that has changed since it was looked at', async () => {
    const made = await block({ name: 'Camera', items: [seats(buyer.seat())] });
    expect([made.body['version'], made.headers.get('etag')]).toEqual([1, '"1"']);
    const path = `${PATH}/${String(made.body['blockId'])}`;
    const rename = (name: string, headers: Record<string, string> = {}) =>
      world.call('PATCH', path, { token, body: { name }, headers });
    const replies = await Promise.all(['Crane', 'Mixer'].map((name) => rename(name, { 'if-match': '"1"' })));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    const renamed = replies.find(({ status }) => status === 200);
    expect([renamed?.body['version'], renamed?.headers.get('etag')]).toEqual([2, '"2"']);
    const end = (tag: string) => world.call('DELETE', path, { token, headers: { 'if-match': tag } });
    expect(await end('"1"')).toMatchObject({ status: 412, body: { code: 'stale', version: 2 } });
    expect((await end('W/"2"')).status).toBe(412);
    expect(await rename('Light')).toMatchObject({ status: 200, body: { name: 'Light', version: 3 } });
    expect(await rename('Light', { 'if-match': '*' })).toMatchObject({ status: 200, body: { version: 3 } });
    const viewer = await world.operatorToken('viewer');
    expect((await world.call('PATCH', path, { token: viewer, body: { name: 'No' } })).status).toBe(403);
    expect((await rename('')).status).toBe(422);
    expect([(await end('"2", "3"')).status, (await end('"3"')).status, (await rename('Late')).status]).toEqual([
      204, 404, 404,
    ]);
    const trail = await listAudit(world.sql, { cursor: null, subject: `performance:${SHOW}`, limit: 3 });
    expect(trail.map(({ action }) => action)).toEqual([
      'performance.unblock',
      'performance.block_change',
      'performance.block_change',
    ]);
  });

  it('is refused in a foreign role, for what the performance does not have, and for a code that is taken', async () => {
    const viewer = await world.operatorToken('viewer');
    const one = { items: [seats(buyer.seat())] };
    expect((await world.call('POST', PATH, { token: viewer, key: newId(), body: one })).status).toBe(403);
    expect((await world.call('POST', PATH, { token, body: one })).body['code']).toBe('idempotency_key_required');
    expect((await world.call('POST', PATH.replace(SHOW, 'none'), { token, key: newId(), body: one })).status).toBe(404);
    const wrong = [seats('s1', 'x1'), { zoneId: 'stalls', quantity: 2 }, { zoneId: 'none', quantity: 1 }, standing(0)];
    expect((await block({ items: wrong.slice(0, 3) })).body['errors']).toMatchObject([
      { path: 'items.0.seats.1' },
      { path: 'items.1.quantity' },
      { path: 'items.2.zoneId' },
    ]);
    expect((await block({ items: wrong.slice(3) })).status).toBe(422);
    const made = await block({ items: [standing(1)], allocationCode: CODE });
    expect(await block({ items: [standing(1)], allocationCode: CODE })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'allocationCode' }] },
    });
    expect([await unblock(made), await standingFree()]).toEqual([204, 5]);
  });
});

describe('an allocation', () => {
  it('is sold to who brings its code, goes back to it when unpaid, and survives a loss of Redis', async () => {
    const [a, b] = [buyer.seat(), buyer.seat()];
    const made = await block({ items: [seats(a, b), standing(2)], allocationCode: CODE });
    expect(made.body).toMatchObject({ kind: 'allocation', places: 4 });
    expect(JSON.stringify(made.body)).not.toContain(CODE);
    expect((await hold([seats(a)], 'not-it')).body['code']).toBe('code_invalid');
    const paid = await world.book(toHeld(await hold([seats(a), standing(1)], CODE)));
    await buyer.pay(paid);
    const unpaid = await world.book(toHeld(await hold([seats(b)], CODE)));
    expect([paid.status, unpaid.status]).toEqual([201, 201]);
    await world.drain();
    expect([(await states())(a), (await states())(b), await standingFree()]).toEqual([2, 1, 3]);
    expect((await world.call('GET', PATH, { token })).body['items']).toMatchObject([{ sold: 3 }]);
    expect(await differences()).toEqual([]);

    await world.sql`UPDATE bookings SET pay_by = now() - interval '1 hour' WHERE id = ${String(unpaid.body['bookingId'])}`;
    await world.drain();
    expect([(await states())(b), (await hold([seats(b)])).status]).toEqual([BLOCKED, 409]);
    expect(await differences()).toEqual([]);

    await world.deps.redis.flushall();
    await world.deps.redis.hset(roomKeys(ROOM).state, 'epoch', 2);
    await world.deps.redis.hset(roomKeys(ROOM).config, 'holdLimit', 50);
    const performance = await world.deps.catalogue.performance(SHOW);
    if (performance === null) throw new Error('no performance');
    expect(await world.deps.inventory.load(performance)).toBe('loaded');
    expect([(await states())(a), (await states())(b), await standingFree()]).toEqual([2, BLOCKED, 3]);
    expect(await differences()).toEqual([]);
    expect((await hold([seats(b), standing(1)], CODE)).status).toBe(201);

    // It ends while a hold of it lives and something of it is sold.
    expect(await unblock(made)).toBe(204);
    expect([(await states())(b), await standingFree()]).toEqual([1, 3]);
    expect(await differences()).toEqual([]);
    expect((await buyer.post(paid, 'cancel')).status).toBe(200);
    await world.drain();
    await buyer.settle(1);
    expect([(await states())(a), await standingFree()], 'the public’s').toEqual([0, 4]);
    expect(await differences()).toEqual([]);
  });

  it('that ends between the hold and the booking costs the buyer nothing', async () => {
    const seat = buyer.seat();
    const made = await block({ items: [seats(seat)], allocationCode: CODE });
    const held = toHeld(await hold([seats(seat)], CODE));
    await unblock(made);
    expect((await world.book(held)).status).toBe(201);
    expect(await world.sql`SELECT block_id FROM seat_claims WHERE seat_id = ${seat}`).toEqual([{ block_id: null }]);
    await world.drain();
    expect(await differences()).toEqual([]);
  });

  it('is heard of later when Redis was away, and what has drifted is put right', async () => {
    const [late, drifted] = [buyer.seat(), buyer.seat()];
    const made = await block({ items: [seats(late, drifted)] });
    const id = String(made.body['blockId']);
    const blocksKey = `{r:${ROOM}}:inv:${SHOW}:blocks`;
    await world.deps.redis.hdel(blocksKey, String(Number(drifted.slice(1)) - 1));
    expect(await differences()).toMatchObject([
      { kind: 'block_not_in_redis', subject: `seat:${drifted}`, outcome: 'repaired' },
    ]);
    expect((await states())(drifted)).toBe(BLOCKED);
    await world.sql`UPDATE blocks SET applied_version = 0, due_at = now() WHERE id = ${id}`;
    expect([await applyDueBlocks(world.deps), await applyDueBlocks(world.deps)]).toEqual([1, 0]);
    await unblock(made);
    await world.deps.redis.hset(blocksKey, String(Number(late.slice(1)) - 1), newId());
    expect(await differences()).toMatchObject([{ kind: 'block_not_in_postgres', subject: `seat:${late}` }]);
    expect((await states())(late)).toBe(0);
  });
});

describe('a room’s stock', () => {
  it('is not kept open by what is blocked, but by an allocation that can be sold', async () => {
    const soldOut = async () => {
      await judgeStock(world.deps);
      return (await world.sql<{ soldOut: boolean }[]>`SELECT sold_out AS "soldOut" FROM rooms WHERE id = ${ROOM}`)[0]
        ?.soldOut;
    };
    await world.sql`UPDATE bookings SET status = 'expired' WHERE status = 'pending_payment'`;
    await world.sql`UPDATE zone_legs SET sold = capacity - CASE zone_id WHEN 'standing' THEN 2 ELSE 0 END`;
    const made = await block({ items: [standing(2)] });
    expect([made.status, await soldOut()]).toEqual([201, true]);
    await unblock(made);
    expect(await soldOut()).toBe(false);
    const allocation = await block({ items: [standing(2)], allocationCode: CODE });
    expect(await soldOut()).toBe(false);
    await world.sql`UPDATE block_legs SET sold = capacity`;
    expect(await soldOut()).toBe(true);
    await world.sql`UPDATE block_legs SET sold = 0`;
    await unblock(allocation);
  });
});
