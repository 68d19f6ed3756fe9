import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessKey, inventoryKeys } from '../keys.ts';
import { availabilityOn, readState } from './availability.ts';
import { extendHold } from './extend-hold.ts';
import { type InventoryWorld, startInventory, PLAN, REF, START_MS } from './inventory.fixture.ts';
import { beginLoad, finishLoad } from './load-inventory.ts';
import { placeHold, type PlacedHold } from './place-hold.ts';
import { readAvailability } from './read-availability.ts';
import { readDeltas } from './read-deltas.ts';
import { readHold } from './read-hold.ts';
import { releaseHold } from './release-hold.ts';
import { sweepHolds } from './sweep-holds.ts';

const MINUTE = 60_000;
let world: InventoryWorld;
beforeAll(async () => {
  world = await startInventory();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  await Promise.all(['anna', 'ben'].map((owner) => world.admit(owner)));
});

const refOf = (hold: PlacedHold, owner: string) => ({ ...REF, holdId: hold.holdId, owner, fence: hold.fence });
const stateOf = async (seat: number, leg = 0) => {
  const snapshot = await readAvailability(world.client, REF);
  return readState(snapshot.legs[leg] ?? new Uint8Array(), seat);
};
const standing = async (legs: [number, number] = [0, 2]) => {
  const { zones } = availabilityOn(await readAvailability(world.client, REF), legs);
  return zones.find((zone) => zone.id === 'standing')?.available;
};
const extend = (hold: PlacedHold, key: string, bodyHash = 'b') =>
  extendHold(world.client, refOf(hold, 'anna'), { idempotencyKey: key, bodyHash });

describe('placing a hold', () => {
  it('takes all seats or none, and names those that are taken', async () => {
    await world.held('anna', { seats: [3, 4] });
    expect(await world.hold('ben', { seats: [2, 3, 4, 5] })).toEqual({ outcome: 'seats_unavailable', seats: [3, 4] });
    expect([await stateOf(2), await stateOf(3), await stateOf(5)]).toEqual([0, 1, 0]);
    expect(await world.hold('ben', { seats: [2, 5] })).toMatchObject({ outcome: 'placed' });
  });

  it('takes a seat twice when the legs do not overlap, and not when they do', async () => {
    await world.held('anna', { seats: [1], legs: [0, 1] });
    expect(await world.hold('ben', { seats: [1], legs: [0, 2] })).toEqual({ outcome: 'seats_unavailable', seats: [1] });
    expect(await world.hold('ben', { seats: [1], legs: [1, 2] })).toMatchObject({ outcome: 'placed' });
  });

  it('counts general places on every leg, and gives nothing when one wish fails', async () => {
    await world.held('anna', { zones: [{ zoneId: 'standing', quantity: 3 }], legs: [1, 2] });
    const tooMany = { seats: [0], zones: [{ zoneId: 'standing', quantity: 3 }] };
    expect(await world.hold('ben', tooMany)).toEqual({ outcome: 'zone_sold_out', zoneId: 'standing', available: 2 });
    expect(await stateOf(0)).toBe(0);
    const seatTaken = { seats: [0], zones: [{ zoneId: 'standing', quantity: 2 }] };
    await world.held('anna', { seats: [0] });
    expect(await world.hold('ben', seatTaken)).toEqual({ outcome: 'seats_unavailable', seats: [0] });
    expect([await standing(), await standing([0, 1])]).toEqual([2, 5]);
  });

  it('stops at the limit, counting seats and places of all holds', async () => {
    await world.held('anna', { seats: [0, 1, 2], zones: [{ zoneId: 'standing', quantity: 2 }] });
    expect(await world.hold('anna', { seats: [3, 4] })).toEqual({ outcome: 'limit_reached', limit: 6, held: 5 });
    expect(await world.hold('anna', { seats: [3] })).toMatchObject({ outcome: 'placed' });
  });

  it('counts what is held in every performance of the room, and no longer than it is held', async () => {
    const other = { ...PLAN, performanceId: 'show-2' };
    await beginLoad(world.client, other);
    await finishLoad(world.client, other);
    const holdThere = (holdId: string, ...seats: number[]) =>
      placeHold(world.client, {
        ...other,
        holdId,
        owner: 'anna',
        places: { legs: [0, 2], seats, zones: [] },
        idempotencyKey: holdId,
        bodyHash: 'b',
      });
    expect(await holdThere('there', 0, 1, 2, 3)).toMatchObject({ outcome: 'placed' });
    expect(await world.hold('anna', { seats: [0, 1, 2] })).toEqual({ outcome: 'limit_reached', limit: 6, held: 4 });
    expect(await world.hold('anna', { seats: [0, 1] })).toMatchObject({ outcome: 'placed' });
    expect(await holdThere('more', 4)).toEqual({ outcome: 'limit_reached', limit: 6, held: 6 });
    const list = inventoryKeys(REF.room, REF.performanceId).owner('anna');
    expect(await world.redis.ttl(list)).toBeGreaterThan(3600);
    await world.at(10 * MINUTE);
    expect(await world.hold('anna', { seats: [0, 1, 2, 3, 4, 5] })).toMatchObject({ outcome: 'placed' });
    expect(await world.redis.hlen(list)).toBe(1);
  });

  it('gives more places of a general zone to who asks again, since they are all alike', async () => {
    const first = await world.held('anna', { zones: [{ zoneId: 'standing', quantity: 2 }] });
    const second = await world.held('anna', { zones: [{ zoneId: 'standing', quantity: 2 }] });
    expect(second.holdId).not.toBe(first.holdId);
    expect(await standing()).toBe(1);
  });

  it('gives the same hold to who asks again for exactly what they hold', async () => {
    const first = await world.held('anna', { seats: [7, 6] });
    const second = await world.held('anna', { seats: [6, 7] });
    expect(second).toMatchObject({ holdId: first.holdId, fence: first.fence, expiresAtMs: first.expiresAtMs });
    expect(await world.hold('anna', { seats: [6] })).toEqual({ outcome: 'seats_unavailable', seats: [6] });
  });

  it('replays the answer to an Idempotency-Key and refuses the key with another body', async () => {
    const first = await world.hold('anna', { seats: [1] }, 'same');
    await world.at(5000);
    const again = await world.hold('anna', { seats: [1] }, 'same');
    expect(again).toEqual({ ...first, replayed: true });
    await expect(world.hold('anna', { seats: [2] }, 'same', 'other')).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(await world.hold('ben', { seats: [2] }, 'same', 'other')).toMatchObject({
      outcome: 'placed',
      replayed: false,
    });
  });

  it('is only for a claimed key whose session lives, to the millisecond', async () => {
    await expect(world.hold('nobody', { seats: [1] })).rejects.toMatchObject({ code: 'session_ended' });
    await world.redis.set(accessKey(REF.room, 'carl'), `${START_MS + MINUTE} key 17`);
    await expect(world.hold('carl', { seats: [1] })).rejects.toMatchObject({ code: 'not_admitted' });
    await world.admit('carl', MINUTE);
    await world.at(MINUTE);
    await expect(world.hold('carl', { seats: [1] })).rejects.toMatchObject({ code: 'session_ended' });
    await world.at(MINUTE - 1);
    expect(await world.hold('carl', { seats: [1] })).toMatchObject({ outcome: 'placed' });
  });

  it('lasts 10 minutes, and at most 5 minutes beyond the session', async () => {
    const long = await world.held('anna', { seats: [1] });
    expect(long).toMatchObject({ expiresAtMs: START_MS + 10 * MINUTE, maxExpiresAtMs: START_MS + 20 * MINUTE });
    await world.admit('ben', 2 * MINUTE);
    const short = await world.held('ben', { seats: [2] });
    expect(short).toMatchObject({ expiresAtMs: START_MS + 7 * MINUTE, maxExpiresAtMs: START_MS + 7 * MINUTE });
  });
});

describe('the end of a hold', () => {
  it('frees its seats at its last millisecond, with no worker alive, and not before', async () => {
    const hold = await world.held('anna', { seats: [4], zones: [{ zoneId: 'standing', quantity: 5 }] });
    const wish = { seats: [4], zones: [{ zoneId: 'standing', quantity: 1 }] };
    await world.at(10 * MINUTE - 1);
    expect(await world.hold('ben', { seats: [4] })).toEqual({ outcome: 'seats_unavailable', seats: [4] });
    expect(await readHold(world.client, refOf(hold, 'anna'))).toMatchObject({ outcome: 'held' });
    await world.at(10 * MINUTE);
    expect(await readHold(world.client, refOf(hold, 'anna'))).toEqual({ outcome: 'gone' });
    expect(await world.hold('ben', wish)).toMatchObject({ outcome: 'placed' });
    expect(await standing()).toBe(4);
  });

  it('is found behind more expired holds than one sweep takes', async () => {
    await world.redis.hset('{r:demo}:config', 'holdLimit', 50);
    for (let i = 0; i < 30; i += 1) {
      await world.admit(`crowd-${i}`);
      await world.held(
        `crowd-${i}`,
        i < 5 ? { zones: [{ zoneId: 'standing', quantity: 1 }] } : { seats: [i % 10], legs: [0, 0] },
      );
    }
    await world.held('anna', { seats: [9] });
    await world.at(10 * MINUTE);
    expect(await world.hold('ben', { seats: [9], zones: [{ zoneId: 'standing', quantity: 5 }] })).toMatchObject({
      outcome: 'placed',
    });
  });

  it('is announced by a sweep, once', async () => {
    const hold = await world.held('anna', { seats: [4] });
    await world.at(10 * MINUTE);
    expect(await sweepHolds(world.client, REF)).toMatchObject({ freed: 1 });
    expect(await sweepHolds(world.client, REF)).toMatchObject({ freed: 0 });
    const deltas = await readDeltas(world.client, REF, hold.version);
    expect(deltas).toMatchObject({ outcome: 'deltas', deltas: [{ seats: [4], state: 0, legs: [0, 2] }] });
  });
});

describe('giving a hold back', () => {
  it('frees it once, and only for its owner and fence', async () => {
    const hold = await world.held('anna', { seats: [4] });
    const until = START_MS + 20 * MINUTE;
    expect(await releaseHold(world.client, refOf(hold, 'ben'), until)).toEqual({ outcome: 'gone' });
    expect(await releaseHold(world.client, { ...refOf(hold, 'anna'), fence: '3.1' }, until)).toEqual({
      outcome: 'gone',
    });
    expect(await stateOf(4)).toBe(1);
    expect(await releaseHold(world.client, refOf(hold, 'anna'), until)).toMatchObject({ outcome: 'released' });
    expect(await releaseHold(world.client, refOf(hold, 'anna'), until)).toEqual({ outcome: 'gone' });
    expect(await stateOf(4)).toBe(0);
  });
});

describe('extending a hold', () => {
  it('adds 5 minutes at a time up to 20 in all', async () => {
    const hold = await world.held('anna', { seats: [4] });
    for (const minutes of [15, 20]) {
      expect(await extend(hold, `k${minutes}`)).toMatchObject({
        outcome: 'extended',
        expiresAtMs: START_MS + minutes * MINUTE,
      });
    }
    expect(await extend(hold, 'k25')).toEqual({ outcome: 'refused' });
  });

  it('goes at most 5 minutes beyond the session and needs it to live', async () => {
    await world.admit('anna', 8 * MINUTE);
    const hold = await world.held('anna', { seats: [4] });
    expect(await extend(hold, 'k1')).toMatchObject({ outcome: 'extended', expiresAtMs: START_MS + 13 * MINUTE });
    await world.at(8 * MINUTE);
    await expect(extend(hold, 'k2')).rejects.toMatchObject({ code: 'session_ended' });
  });

  it('happens once a key, and not after the end', async () => {
    const hold = await world.held('anna', { seats: [4] });
    const first = await extend(hold, 'k1');
    expect(await extend(hold, 'k1')).toEqual({ ...first, replayed: true });
    await expect(extend(hold, 'k1', 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await world.at(15 * MINUTE);
    expect(await extend(hold, 'k2')).toEqual({ outcome: 'refused' });
  });
});
