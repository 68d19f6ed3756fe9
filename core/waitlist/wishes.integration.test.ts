import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addSeatMap, addPerformance } from '../../db/queries/add-catalogue.ts';
import { newId } from '../../platform/id.ts';
import { readWaited } from '../../redis/inventory/waited.ts';
import type { ScriptClient } from '../../redis/script-client.ts';
import { evening } from '../core-world-catalogue.fixture.ts';
import { ROOM, type Reply, SHOW } from '../core-world.fixture.ts';
import { reconcileStock } from '../reconcile/reconcile-stock.ts';
import { decideKept } from './decide-kept.ts';
import { startWaitlistWorld, type Waiting, type WaitlistWorld } from './waitlist-world.fixture.ts';

let world: WaitlistWorld;
let operator: string;
beforeAll(async () => {
  world = await startWaitlistWorld();
  operator = await world.operatorToken('operator');
  await addTrain();
});
afterAll(() => world.close());
beforeEach(() => world.forgetWaiting());

const RUN = 'run';
const STOPS = ['AAA', 'BBB', 'CCC', 'DDD'].map((code) => ({ code, name: code, arrivesAt: null, departsAt: null }));

/** A run over three legs: one berth in each of two quotas of a class. */
async function addTrain(): Promise<void> {
  const berth = (id: string) => ({ id, rows: [{ name: 'B1', seats: [{ id: `${id}-1`, name: '1', x: 0, y: 0 }] }] });
  const quota = (id: string) => ({
    id,
    name: id,
    kind: 'reserved' as const,
    capacity: 1,
    priceMinor: 900,
    class: '3A',
    quota: id,
  });
  await world.sql.begin(async (tx) => {
    await addSeatMap(tx, 'coach', { zones: [berth('general'), berth('tatkal')] });
    const zones = [quota('general'), quota('tatkal')];
    await addPerformance(tx, {
      ...evening(RUN, '2099-02-01T06:00:00.000Z'),
      seatMapId: 'coach',
      legCount: 3,
      stops: STOPS,
      zones,
    });
  });
}

/** Keeps places of a performance out of its sale; returns how to release them. */
async function block(performanceId: string, items: object[]): Promise<() => Promise<void>> {
  const path = `/v1/operator/performances/${performanceId}/blocks`;
  const made = await world.call('POST', path, { token: operator, key: newId(), body: { name: 'kept', items } });
  expect([made.status, made.body]).toEqual([201, expect.anything()]);
  return async () => {
    expect((await world.call('DELETE', `${path}/${String(made.body['blockId'])}`, { token: operator })).status).toBe(
      204,
    );
  };
}

const statesOf = (line: Waiting[]) => Promise.all(line.map(world.stateOf));
const ask = (wish: object, headers = {}): Promise<Reply> =>
  world.call('POST', '/v1/waitlist', {
    key: newId(),
    body: { performanceId: SHOW, zoneId: 'stalls', partySize: 1, email: 'ada@example.org', ...wish },
    headers,
  });

describe('who waits for a train', () => {
  it('has a berth of any quota of the class for the legs asked for, and another has it for the rest', async () => {
    const train = await world.deps.catalogue.performance(RUN);
    if (train === null) throw new Error('the run is not there');
    expect(await world.deps.inventory.load(train)).toBe('loaded');
    const releases = [];
    for (const zoneId of ['general', 'tatkal']) releases.push(await block(RUN, [{ zoneId, seats: [`${zoneId}-1`] }]));
    const wish = (from: string, to: string, more: object = { class: '3A' }) =>
      world.join({ performanceId: RUN, zoneId: undefined, legs: { from, to }, ...more });
    const first = await wish('AAA', 'CCC');
    const second = await wish('BBB', 'DDD', { zoneId: 'tatkal' });
    const third = await wish('CCC', 'DDD');
    expect(first.reply.body).toMatchObject({ class: '3A', legs: { from: 'AAA', to: 'CCC' }, position: 1 });
    expect([second.reply.body['position'], third.reply.body['position']]).toEqual([2, 3]);
    await releases[1]?.();
    expect(await statesOf([first, second, third])).toEqual(['offered', 'waiting', 'offered']);
    for (const one of [first, third])
      expect((await world.look(one)).body['offer']).toMatchObject({
        items: [{ zoneId: 'tatkal', seatId: 'tatkal-1' }],
      });
    const seen = await world.call('GET', `/v1/performances/${RUN}/availability?from=AAA&to=BBB`);
    expect(seen.body['zones']).toEqual([
      { id: 'general', available: 0 },
      { id: 'tatkal', available: 0 },
    ]);
    const accepted = await world.accept(third);
    expect(accepted.body).toMatchObject({ legs: { from: 'CCC', to: 'DDD' }, total: { amountMinor: 900 } });
    expect((await world.bookAccepted(accepted)).status).toBe(201);
    await world.leave(first);
    // What is free now lies before the legs that were booked.
    expect(await statesOf([first, second, third])).toEqual(['left', 'waiting', 'booked']);
    await world.drain();
    await world.sweep();
    expect(await reconcileStock(world.deps, train)).toEqual([]);
  });
});

it('who waits behind sixty different wishes that nothing fits has the seat that is free', async () => {
  const booked = await world.lastBooked();
  // As many as stops, classes and sizes of parties make of a long train.
  await world.sql`INSERT INTO waitlist_entries (id, performance_id, class, party_size, accessible, from_leg, to_leg, email, email_normalised,
      token_hash, token_sealed, language)
    SELECT gen_random_uuid(), ${SHOW}, 'none ' || n, 1, false, 0, 1, '', '', sha256(n::text::bytea), '', 'en' FROM generate_series(1, 60) AS n`;
  expect((await world.cancel(booked)).status).toBe(200);
  await world.drain();
  const waiting = await world.join();
  await vi.waitFor(
    async () => {
      await world.sweep();
      expect(await world.stateOf(waiting)).toBe('offered');
    },
    { timeout: 20_000, interval: 1 },
  );
  expect(await world.differences()).toEqual([]);
  await world.leave(waiting);
});

describe('who waits for places without numbers', () => {
  const standing = (partySize: number) => world.join({ zoneId: 'standing', partySize });

  it('has them for the whole party or not at all, and what one who accepted gives back is the next’s', async () => {
    const booked = await world.buyer.book({ standing: 3 });
    const release = await block(SHOW, [{ zoneId: 'standing', quantity: 2 }]);
    const line = [await standing(2), await standing(2), await standing(1)];
    await world.cancel(booked);
    await world.drain();
    expect(await statesOf(line)).toEqual(['offered', 'waiting', 'offered']);
    const seen = await world.call('GET', `/v1/operator/performances/${SHOW}`, { token: operator });
    expect(seen.body['zones']).toContainEqual(
      expect.objectContaining({ id: 'standing', sold: 0, blocked: 2, offered: 3, waiting: 1, waitingPlaces: 2 }),
    );
    const [first, next] = line;
    if (first === undefined || next === undefined) throw new Error('nobody waits');
    expect((await world.accept(first)).body).toMatchObject({ items: [{ zoneId: 'standing', quantity: 2 }] });
    await world.leave(first);
    expect(await world.stateOf(next)).toBe('offered');
    expect((await world.askHold([{ zoneId: 'standing', quantity: 1 }])).status).toBe(409);
    expect((await world.accept(next)).status).toBe(201);
    expect(await world.differences()).toEqual([]);
    for (const one of line) await world.leave(one);
    await release();
    expect(await world.sql`SELECT capacity - sold AS free FROM zone_legs WHERE zone_id = 'standing'`).toEqual([
      { free: 5 },
    ]);
    expect(await world.differences()).toEqual([]);
  });

  it('is offered what a hold left behind once, also by who takes over from a process that died before it told Redis', async () => {
    const [left] = [await world.holdStanding(2), await world.holdStanding(3)];
    const line = [await standing(2), await standing(2)];
    await world.expireHold(left.holdId);
    const { deps } = world;
    const show = await deps.catalogue.performance(SHOW);
    if (show === null) throw new Error('the performance is not there');
    const { kept } = await readWaited(deps.scripts, { room: ROOM, performanceId: SHOW });
    expect(kept).toHaveLength(1);
    const dies: ScriptClient = { ...deps.scripts, run: () => Promise.reject(new Error('dead')) };
    await expect(decideKept({ ...deps, scripts: dies }, show, kept)).rejects.toThrow('dead');
    expect(await statesOf(line)).toEqual(['offered', 'waiting']);
    await world.sweep();
    // The other three are held by somebody, which Postgres does not know.
    expect(await statesOf(line)).toEqual(['offered', 'waiting']);
    expect(await world.differences()).toEqual([]);
    for (const one of line.toReversed()) await world.leave(one);
    await world.loseRedis();
  });

  it('is offered what a larger zone adds, in the same change', async () => {
    const path = `/v1/operator/performances/${SHOW}`;
    const release = await block(SHOW, [{ zoneId: 'standing', quantity: 5 }]);
    const line = [await standing(1), await standing(1)];
    const body = { zones: [{ id: 'standing', capacity: 6 }] };
    const headers = { 'if-match': '*' };
    expect((await world.call('PATCH', path, { token: operator, key: newId(), body, headers })).status).toBe(200);
    expect(await statesOf(line)).toEqual(['offered', 'waiting']);
    expect((await world.askHold([{ zoneId: 'standing', quantity: 1 }])).status).toBe(409);
    expect(await world.differences()).toEqual([]);
    for (const one of line.toReversed()) await world.leave(one);
    await release();
  });
});

describe('a refund by an operator while an offer is open', () => {
  it('is offered to the next, and touches nobody’s offer; what was booked from an offer is offered again', async () => {
    const { buyer } = world;
    const [one, other] = [await buyer.book(), await buyer.book()];
    for (const booked of [one, other]) await buyer.pay(booked);
    const line = [await world.join(), await world.join(), await world.join()];
    await world.cancel(one);
    const refund = (booked: Reply) =>
      world.call('POST', `/v1/operator/bookings/${String(booked.body['bookingId'])}/refund`, {
        token: operator,
        key: newId(),
        body: {},
      });
    expect([(await refund(other)).status, ...(await statesOf(line))]).toEqual([200, 'offered', 'offered', 'waiting']);
    const [first] = line;
    if (first === undefined) throw new Error('nobody waits');
    const bought = await world.bookAccepted(await world.accept(first));
    await world.drain();
    await buyer.settle(2);
    await buyer.pay(bought);
    expect((await refund(bought)).status).toBe(200);
    await world.drain();
    await world.sweep();
    expect(await statesOf(line)).toEqual(['booked', 'offered', 'offered']);
    await buyer.settle(1);
    expect(await world.differences()).toEqual([]);
    for (const waiting of line) await world.leave(waiting);
  });
});

describe('joining', () => {
  it('is for three wishes of an address, however it is written, and is the same under the same key', async () => {
    const key = newId();
    const body = { performanceId: SHOW, zoneId: 'stalls', partySize: 1, email: 'eve@example.org' };
    const joined = await world.call('POST', '/v1/waitlist', { key, body });
    const again = await world.call('POST', '/v1/waitlist', { key, body });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect([again.body['id'], again.body['token']]).toEqual([joined.body['id'], joined.body['token']]);
    for (const email of ['Eve@example.org', 'EVE@EXAMPLE.ORG']) expect((await ask({ email })).status).toBe(201);
    expect(await ask({ email: 'eve@example.org' })).toMatchObject({
      status: 409,
      body: { code: 'limit_reached', limit: 3 },
    });
    await world.leave({ id: String(joined.body['id']), token: String(joined.body['token']), reply: joined });
    expect((await ask({ email: 'eve@example.org' })).status).toBe(201);
  });

  it('is for twenty of one connection in a while', async () => {
    const gate = { 'onsale-client-address': '192.0.2.7', 'onsale-secret': world.deps.config.coreSecret };
    const statuses = [];
    for (let i = 0; i < 21; i += 1) statuses.push((await ask({ email: `many${i}@example.org` }, gate)).status);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 201), 429]);
  });

  it.each([
    ['a zone that is not there', { zoneId: 'pit' }, 'zoneId'],
    ['a class that no zone has', { zoneId: undefined, class: '1A' }, 'class'],
    ['a zone and a class', { class: '3A' }, 'zoneId'],
    ['neither', { zoneId: undefined }, 'zoneId'],
    ['nobody', { partySize: 0 }, 'partySize'],
    ['more than a party', { partySize: 11 }, 'partySize'],
    ['more than there ever were', { zoneId: 'standing', partySize: 8 }, 'partySize'],
    ['spaces for wheelchairs where there are none', { accessible: true }, 'partySize'],
    ['legs of a concert', { legs: { from: 'AAA', to: 'BBB' } }, 'legs.from'],
  ])('is refused for %s, and says why', async (_, wish, path) => {
    const refused = await ask(wish);
    expect([refused.status, refused.body['code']]).toEqual([422, 'invalid_request']);
    expect(refused.body['errors']).toContainEqual(expect.objectContaining({ path }));
  });
});
