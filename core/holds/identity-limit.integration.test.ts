import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { HoldView } from '../../contracts/holds.ts';
import { newId } from '../../platform/id.ts';
import { inventoryKeys } from '../../redis/keys.ts';
import { pinHold } from '../../redis/inventory/pin-hold.ts';
import { type CoreWorld, openCore } from '../core.fixture.ts';

const IDENTITY = 'h'.repeat(22);
const HOUR = 3_600_000;

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
});
afterAll(() => world.close());

const layOut = async (epoch: number) => {
  await world.deps.redis.flushall();
  await world.openRoom('demo', epoch);
  const performance = await world.deps.catalogue.performance('concert-1');
  if (performance !== null) await world.deps.inventory.load(performance);
};
beforeEach(() => layOut(1));

const seats = (...names: string[]) => ({
  performanceId: 'concert-1',
  items: [{ zoneId: 'stalls', seats: names.map((n) => `a-${n}`) }],
});
const hold = async (pass: string, wish: object) => {
  const answer = await world.post('/v1/holds', pass, wish);
  const body = (await answer.json()) as HoldView & { code?: string; held?: number };
  return { status: answer.status, body };
};

it('two passes of one identity share the hold limit; another identity and a pass without one have their own', async () => {
  const one = await world.admit('demo', HOUR, IDENTITY);
  const two = await world.admit('demo', HOUR, IDENTITY);
  expect((await hold(one.pass, seats('1', '2', '3', '4'))).status).toBe(201);
  const refused = await hold(two.pass, seats('5', '6', '7'));
  expect(refused).toMatchObject({ status: 409, body: { code: 'limit_reached', limit: 6, held: 4 } });
  expect((await hold(two.pass, seats('5', '6'))).status).toBe(201);
  const stranger = await world.admit('demo', HOUR, 'o'.repeat(22));
  expect((await hold(stranger.pass, seats('11', '12', '13', '14', '15', '16'))).status).toBe(201);
  expect((await hold((await world.admit()).pass, seats('21', '22', '23', '24', '25', '26'))).status).toBe(201);
});

it('a hold that is given back frees the limit for both', async () => {
  const one = await world.admit('demo', HOUR, IDENTITY);
  const two = await world.admit('demo', HOUR, IDENTITY);
  const { body } = await hold(one.pass, seats('1', '2', '3', '4', '5', '6'));
  expect((await hold(two.pass, seats('7'))).status).toBe(409);
  const headers = { authorization: `Bearer ${body.receipt}` };
  expect((await world.app.request(`/v1/holds/${body.holdId}`, { method: 'DELETE', headers })).status).toBe(204);
  expect((await hold(two.pass, seats('7'))).status).toBe(201);
  const list = inventoryKeys('demo', 'concert-1').owner(`identity:${IDENTITY}`);
  expect(await world.deps.redis.hlen(list)).toBe(1);
});

it('the same seats asked for by the other pass are taken, not the other’s hold', async () => {
  const one = await world.admit('demo', HOUR, IDENTITY);
  const two = await world.admit('demo', HOUR, IDENTITY);
  const first = await hold(one.pass, seats('1'));
  expect(await hold(two.pass, seats('1'))).toMatchObject({ status: 409, body: { code: 'seats_unavailable' } });
  expect((await hold(one.pass, seats('1'))).body.holdId).toBe(first.body.holdId);
});

it('a receipt carries the identity, so that places taken again after a loss count against it', async () => {
  const one = await world.admit('demo', HOUR, IDENTITY);
  const { body } = await hold(one.pass, seats('1', '2', '3', '4'));
  const claims: unknown = JSON.parse(Buffer.from(body.receipt.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ identity: IDENTITY });
  await layOut(2);
  const again = await world.admit('demo', HOUR, IDENTITY);
  expect((await hold(again.pass, seats('11', '12', '13'))).status).toBe(201);
  const nowMs = world.deps.clock.nowMs();
  const pin = await pinHold(world.deps.scripts, {
    room: 'demo',
    performanceId: 'concert-1',
    holdId: body.holdId,
    owner: one.ticketId,
    identity: IDENTITY,
    fence: body.fence,
    places: { legs: [0, 1], seats: [0, 1, 2, 3], zones: [] },
    expiresAtMs: nowMs + 60_000,
    maxExpiresAtMs: nowMs + 60_000,
    bookingId: newId(),
    pinMs: 60_000,
  });
  expect(pin).toEqual({ outcome: 'limit_reached', limit: 6 });
});
