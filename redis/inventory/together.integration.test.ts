import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OperatingError } from '../../platform/operating-error.ts';
import { createNodeScriptClient } from '../client.node.ts';
import { roomKeys } from '../keys.ts';
import { scriptsWithTestClock } from '../test-clock.ts';
import { type InventoryWorld, startInventory, REF } from './inventory.fixture.ts';
import { pinHold, type PinRequest } from './pin-hold.ts';
import { placeHold } from './place-hold.ts';

let world: InventoryWorld;
beforeAll(async () => {
  world = await startInventory();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  await Promise.all(['anna', 'ben', 'cleo'].map((owner) => world.admit(owner)));
});

/** Runs of scripts so far. */
async function runs(): Promise<number> {
  const stats = await world.redis.info('commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

const codeOf = (asked: Promise<unknown>) =>
  asked.catch((error: unknown) => (error instanceof OperatingError ? error.code : error));
const zones = (quantity: number) => ({ zones: [{ zoneId: 'standing', quantity }] });

describe('requests of one turn', () => {
  it('go to Redis in one run, each with an answer of its own', async () => {
    const before = await runs();
    const answers = await Promise.all([
      world.hold('anna', { seats: [1] }),
      codeOf(world.hold('nobody', { seats: [2] })),
      world.hold('ben', { seats: [1, 2] }),
      world.hold('ben', { seats: [2], ...zones(4) }),
      world.hold('cleo', zones(2)),
      world.hold('cleo', { seats: [3] }),
    ]);
    expect((await runs()) - before).toBe(1);
    expect(answers).toMatchObject([
      { outcome: 'placed', hold: { seats: [1] } },
      'session_ended',
      { outcome: 'seats_unavailable', seats: [1] },
      { outcome: 'placed', hold: { seats: [2] } },
      { outcome: 'zone_sold_out', zoneId: 'standing', available: 1 },
      { outcome: 'placed', hold: { seats: [3] } },
    ]);
  });

  it('see what those before them in the run did: one key is one hold, and limits count', async () => {
    const [first, again, other] = await Promise.all([
      world.hold('anna', { seats: [1] }, 'one'),
      world.hold('anna', { seats: [1] }, 'one'),
      codeOf(world.hold('anna', { seats: [2] }, 'one', 'another body')),
    ]);
    expect([again, other]).toEqual([{ ...first, replayed: true }, 'idempotency_key_reused']);
    const most = await Promise.all([1, 2, 3].map(() => world.hold('ben', zones(2))));
    expect(most.map(({ outcome }) => outcome)).toEqual(['placed', 'placed', 'zone_sold_out']);
    const tooMany = await Promise.all([
      world.hold('cleo', { seats: [4, 5, 6, 7] }),
      world.hold('cleo', { seats: [0, 8, 9] }),
    ]);
    expect(tooMany).toMatchObject([{ outcome: 'placed' }, { outcome: 'limit_reached', limit: 6, held: 4 }]);
  });

  it('are told alike by a client that runs each by itself', async () => {
    const { run, get, isMember } = createNodeScriptClient(world.redis, scriptsWithTestClock());
    const placed = await placeHold(
      { run, get, isMember },
      {
        ...REF,
        owner: 'anna',
        places: { legs: [0, 2], seats: [1], zones: [] },
        bodyHash: 'body',
        holdId: 'alone',
        idempotencyKey: 'alone',
      },
    );
    expect(placed).toMatchObject({ outcome: 'placed', replayed: false });
    expect(await world.hold('anna', { seats: [1] }, 'alone')).toEqual({ ...placed, replayed: true });
  });

  it('are many runs when they are many, and none is left out', async () => {
    await world.redis.hset(roomKeys(REF.room).config, 'holdLimit', 1000);
    const before = await runs();
    const answers = await Promise.all(Array.from({ length: 100 }, () => world.hold('anna', zones(1))));
    expect((await runs()) - before).toBe(4);
    const count = (outcome: string) => answers.filter((answer) => answer.outcome === outcome).length;
    expect([count('placed'), count('zone_sold_out')]).toEqual([5, 95]);
  });

  it('all fail when their run does', async () => {
    await world.redis.hset(roomKeys(REF.room).state, 'epoch', 4);
    const answers = await Promise.all(['anna', 'ben'].map((owner) => codeOf(world.hold(owner, { seats: [1] }))));
    expect(answers).toEqual(['inventory_rebuilding', 'inventory_rebuilding']);
  });

  it('pin each its own hold, and one key is in flight once', async () => {
    const [one, other] = [await world.held('anna', { seats: [1] }), await world.held('ben', { seats: [2] })];
    const pin = (hold: typeof one, owner: string, seat: number, key: string): PinRequest => ({
      ...REF,
      holdId: hold.holdId,
      owner,
      fence: hold.fence,
      places: { legs: [0, 2], seats: [seat], zones: [] },
      expiresAtMs: hold.expiresAtMs,
      maxExpiresAtMs: hold.maxExpiresAtMs,
      bookingId: `booking-${key}`,
      pinMs: 60_000,
      inFlight: { caller: owner, key, ttlMs: 10_000 },
    });
    const before = await runs();
    const answers = await Promise.all([
      pinHold(world.client, pin(one, 'anna', 1, 'a')),
      pinHold(world.client, pin(one, 'anna', 1, 'a')),
      pinHold(world.client, pin(other, 'ben', 2, 'b')),
      pinHold(world.client, pin({ ...other, fence: '3.999' }, 'ben', 2, 'c')),
      pinHold(world.client, pin({ ...other, holdId: 'lost' }, 'cleo', 4, 'd')),
      pinHold(world.client, pin({ ...other, holdId: 'lost-too' }, 'cleo', 4, 'e')),
    ]);
    expect((await runs()) - before).toBe(1);
    expect(answers).toMatchObject([
      { outcome: 'pinned', replaced: false },
      { outcome: 'in_flight' },
      { outcome: 'pinned', replaced: false },
      { outcome: 'hold_lost', seats: [] },
      { outcome: 'pinned', replaced: true },
      { outcome: 'hold_lost', seats: [4] },
    ]);
  });
});
