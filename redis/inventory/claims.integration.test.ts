import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inventoryKeys, roomKeys } from '../keys.ts';
import { applyClaims, type BookingClaims } from './apply-claims.ts';
import { applyDelta, availabilityOn, type InventorySnapshot, readState } from './availability.ts';
import { type InventoryWorld, startInventory, PLAN, REF, START_MS } from './inventory.fixture.ts';
import type { Places } from './inventory-ref.ts';
import { beginLoad, finishLoad, loadClaims } from './load-inventory.ts';
import { pinHold, type PinRequest } from './pin-hold.ts';
import type { PlacedHold } from './place-hold.ts';
import { readAvailability } from './read-availability.ts';
import { readDeltas } from './read-deltas.ts';
import { readHold } from './read-hold.ts';
import { releaseHold } from './release-hold.ts';
import { unpinHold } from './unpin-hold.ts';

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

const places = (part: Partial<Places>): Places => ({ legs: [0, 2], seats: [], zones: [], ...part });
const refOf = (hold: PlacedHold, owner: string) => ({ ...REF, holdId: hold.holdId, owner, fence: hold.fence });
const pinOf = (hold: PlacedHold, owner: string, part: Partial<Places>, bookingId = 'b1'): PinRequest => ({
  ...refOf(hold, owner),
  places: places(part),
  expiresAtMs: hold.expiresAtMs,
  maxExpiresAtMs: hold.maxExpiresAtMs,
  bookingId,
  pinMs: 12 * MINUTE,
});
const claim = async (
  bookingId: string,
  version: number,
  state: BookingClaims['state'],
  part: Partial<Places>,
  holdId: string | null = null,
) => {
  const [applied] = await applyClaims(world.client, REF, [{ bookingId, version, state, holdId, places: places(part) }]);
  return applied;
};
const snapshot = () => readAvailability(world.client, REF);
const states = async (leg = 0) => {
  const { legs } = await snapshot();
  return Array.from({ length: PLAN.seats }, (_, seat) => readState(legs[leg] ?? new Uint8Array(), seat)).join('');
};
const standing = async () => (await snapshot()).zones.get('standing');

describe('pinning a hold', () => {
  it('keeps it until payBy, and unpinning gives it its own end back', async () => {
    const hold = await world.held('anna', { seats: [1] });
    expect(await pinHold(world.client, pinOf(hold, 'anna', { seats: [1] }))).toMatchObject({
      outcome: 'pinned',
      replaced: false,
    });
    await world.at(12 * MINUTE - 1);
    expect(await states()).toBe('0100000000');
    await world.at(9 * MINUTE);
    expect(await unpinHold(world.client, { ...REF, holdId: hold.holdId, bookingId: 'other' })).toBeNull();
    expect(await unpinHold(world.client, { ...REF, holdId: hold.holdId, bookingId: 'b1' })).toBe(hold.expiresAtMs);
    await world.at(10 * MINUTE);
    expect(await states()).toBe('0000000000');
  });

  it('ends its time by Redis alone, whoever asks', async () => {
    const hold = await world.held('anna', { seats: [1] });
    await world.at(5 * MINUTE);
    const untilMs = START_MS + 17 * MINUTE;
    expect(await pinHold(world.client, pinOf(hold, 'anna', { seats: [1] }))).toMatchObject({ untilMs });
  });

  it('places a lost hold again under the same id and fence, or says which seats are taken', async () => {
    const hold = await world.held('anna', { seats: [1, 2], zones: [{ zoneId: 'standing', quantity: 1 }] });
    await world.reset(4);
    const pin = pinOf(hold, 'anna', { seats: [1, 2], zones: [{ zoneId: 'standing', quantity: 1 }] });
    expect(await pinHold(world.client, pin)).toMatchObject({ outcome: 'pinned', replaced: true });
    expect(await pinHold(world.client, pin)).toMatchObject({ outcome: 'pinned', replaced: false });
    expect([await states(), await standing()]).toEqual(['0110000000', [4, 4]]);
    await world.reset(5);
    await world.admit('ben');
    await world.held('ben', { seats: [2] });
    expect(await pinHold(world.client, pin)).toEqual({ outcome: 'hold_lost', seats: [2] });
    expect(await states()).toBe('0010000000');
  });

  it('does not bring back what was given back, nor go beyond the limit', async () => {
    const hold = await world.held('anna', { seats: [1] });
    await releaseHold(world.client, refOf(hold, 'anna'), hold.maxExpiresAtMs);
    expect(await pinHold(world.client, pinOf(hold, 'anna', { seats: [1] }))).toEqual({
      outcome: 'hold_lost',
      seats: [],
    });
    await world.held('anna', { seats: [3, 4, 5, 6, 7, 8] });
    const other = { ...pinOf(hold, 'anna', { seats: [1] }), holdId: 'lost-one' };
    expect(await pinHold(world.client, other)).toEqual({ outcome: 'limit_reached', limit: 6 });
  });

  it('marks the request under way until it is unpinned', async () => {
    const hold = await world.held('anna', { seats: [1] });
    const inFlight = { caller: 'anna', key: 'k', ttlMs: 10_000 };
    const pin = { ...pinOf(hold, 'anna', { seats: [1] }), inFlight };
    expect(await pinHold(world.client, pin)).toMatchObject({ outcome: 'pinned' });
    expect(await pinHold(world.client, { ...pin, bookingId: 'b2' })).toEqual({ outcome: 'in_flight' });
    await unpinHold(world.client, { ...REF, holdId: hold.holdId, bookingId: 'b1', inFlight });
    expect(await pinHold(world.client, { ...pin, bookingId: 'b2' })).toMatchObject({ outcome: 'pinned' });
  });

  it('keeps the pin of a hold that another request has booked, and only ends its own mark', async () => {
    const hold = await world.held('anna', { seats: [1] });
    const inFlight = { caller: 'anna', key: 'k', ttlMs: 10_000 };
    const pin = { ...pinOf(hold, 'anna', { seats: [1] }, 'loser'), inFlight };
    await pinHold(world.client, pin);
    const unpin = { ...REF, holdId: hold.holdId, bookingId: 'loser', inFlight };
    expect(await unpinHold(world.client, { ...unpin, isBooked: true })).toBeNull();
    await world.at(12 * MINUTE - 1);
    expect(await states()).toBe('0100000000');
    expect(await pinHold(world.client, pin)).toMatchObject({ outcome: 'pinned' });
  });

  it('cannot be given back while a booking is being made from it', async () => {
    const hold = await world.held('anna', { seats: [1] });
    await pinHold(world.client, pinOf(hold, 'anna', { seats: [1] }));
    expect(await releaseHold(world.client, refOf(hold, 'anna'), hold.maxExpiresAtMs)).toEqual({
      outcome: 'booked',
      bookingId: 'b1',
    });
  });
});

describe('applying what Postgres committed', () => {
  it('turns a pinned hold into a pending, a sold and again free seat, counting places once', async () => {
    const part = { seats: [1], zones: [{ zoneId: 'standing', quantity: 2 }] };
    const hold = await world.held('anna', part);
    await pinHold(world.client, pinOf(hold, 'anna', part));
    await claim('b1', 1, 'pending', part, hold.holdId);
    await world.at(30 * MINUTE);
    expect([await states(), await standing()]).toEqual(['0100000000', [3, 3]]);
    expect(await readHold(world.client, refOf(hold, 'anna'))).toEqual({ outcome: 'gone' });
    await claim('b1', 2, 'sold', part, hold.holdId);
    expect([await states(), await standing()]).toEqual(['0200000000', [3, 3]]);
    await claim('b1', 3, 'free', part, hold.holdId);
    expect([await states(), await standing()]).toEqual(['0000000000', [5, 5]]);
  });

  it('ignores what is older or comes twice, in whatever order', async () => {
    const part = { seats: [1], zones: [{ zoneId: 'standing', quantity: 2 }] };
    expect(await claim('b1', 2, 'free', part)).toMatchObject({ outcome: 'applied' });
    expect(await claim('b1', 1, 'pending', part)).toMatchObject({ outcome: 'stale' });
    expect([await states(), await standing()]).toEqual(['0000000000', [5, 5]]);
    await claim('b1', 3, 'sold', part);
    expect(await claim('b1', 3, 'sold', part)).toMatchObject({ outcome: 'stale' });
    expect(await claim('b1', 2, 'free', part)).toMatchObject({ outcome: 'stale' });
    expect([await states(), await standing()]).toEqual(['0200000000', [3, 3]]);
  });

  it('frees what a repeated request held anew while the booking was confirmed', async () => {
    const part = { zones: [{ zoneId: 'standing', quantity: 2 }] };
    const hold = await world.held('anna', part);
    await pinHold(world.client, pinOf(hold, 'anna', part));
    await claim('b1', 1, 'pending', part, hold.holdId);
    expect(await pinHold(world.client, pinOf(hold, 'anna', part, 'b2'))).toMatchObject({ replaced: true });
    expect(await standing()).toEqual([1, 1]);
    await claim('b1', 2, 'sold', part, hold.holdId);
    expect(await standing()).toEqual([3, 3]);
    await claim('b1', 3, 'free', part, hold.holdId);
    expect(await standing()).toEqual([5, 5]);
  });

  it('frees no seat that somebody else has by now', async () => {
    await claim('late', 3, 'sold', { seats: [1] });
    await claim('gone', 1, 'pending', { seats: [2] });
    await claim('late', 4, 'sold', { seats: [1, 2] });
    await claim('gone', 2, 'free', { seats: [2] });
    expect(await states()).toBe('0220000000');
  });

  it('takes a seat from an unbooked hold, whose end then frees only the rest', async () => {
    const hold = await world.held('anna', { seats: [1, 2] });
    await claim('late', 3, 'sold', { seats: [2], legs: [1, 2] });
    await world.at(10 * MINUTE);
    expect([await states(0), await states(1)]).toEqual(['0000000000', '0020000000']);
    const deltas = await readDeltas(world.client, REF, hold.version);
    expect(deltas).toMatchObject({
      deltas: [{ seats: [2], state: 2 }, { legs: [0, 1], seats: [1, 2] }, { legs: [1, 2], seats: [1] }, { seats: [] }],
    });
  });
});

describe('versions', () => {
  it('let a reader follow a snapshot by deltas to the same inventory', async () => {
    const followed: InventorySnapshot = await snapshot();
    const hold = await world.held('anna', {
      seats: [1, 2],
      zones: [{ zoneId: 'standing', quantity: 2 }],
      legs: [0, 1],
    });
    await world.held('ben', { seats: [2, 5], legs: [1, 2] });
    await claim(
      'b1',
      1,
      'sold',
      { seats: [1, 2], zones: [{ zoneId: 'standing', quantity: 2 }], legs: [0, 1] },
      hold.holdId,
    );
    await claim('b2', 1, 'sold', { seats: [8], zones: [{ zoneId: 'standing', quantity: 1 }] });
    const read = await readDeltas(world.client, REF, followed.version);
    if (read.outcome !== 'deltas') throw new Error('the deltas are there');
    for (const delta of read.deltas) applyDelta(followed, delta);
    expect(followed).toEqual(await snapshot());
    expect(read.version).toBe(followed.version);
    expect(await readDeltas(world.client, REF, followed.version)).toMatchObject({ outcome: 'deltas', deltas: [] });
    expect(availabilityOn(followed, [0, 2]).zones).toEqual([
      { id: 'stalls', available: 6 },
      { id: 'standing', available: 2 },
    ]);
  });

  it('are told to be gone when they are of another epoch, ahead, trimmed or nonsense', async () => {
    const { version } = await snapshot();
    await world.held('anna', { seats: [1] });
    await world.redis.ltrim(inventoryKeys(REF.room, REF.performanceId).deltas, 1, 0);
    for (const since of [version, '2.5', `${version}0`, 'x', '3.', '']) {
      expect(await readDeltas(world.client, REF, since)).toEqual({ outcome: 'gone' });
    }
  });

  it('never go back, also when the inventory is lost within an epoch or the epoch moves on', async () => {
    const before = (await world.held('anna', { seats: [1] })).version.split('.').map(Number);
    const reload = async (epoch: number) => {
      await world.redis.del(inventoryKeys(REF.room, REF.performanceId).meta);
      await world.redis.hset(roomKeys(REF.room).state, 'epoch', epoch);
      await world.at(1);
      await beginLoad(world.client, PLAN);
      await finishLoad(world.client, PLAN);
      return (await snapshot()).version.split('.').map(Number);
    };
    const [epoch = 0, n = 0] = await reload(3);
    expect([epoch, n > (before[1] ?? 0)]).toEqual([3, true]);
    expect((await reload(4))[0]).toBe(4);
  });
});

describe('loading', () => {
  const lose = async (epoch: number) => world.redis.hset(roomKeys(REF.room).state, 'epoch', epoch);

  it('refuses everything until it is done, and is done once', async () => {
    await lose(4);
    const code = { code: 'inventory_rebuilding' };
    await expect(world.hold('anna', { seats: [1] })).rejects.toMatchObject(code);
    await expect(claim('b1', 1, 'sold', { seats: [1] })).rejects.toMatchObject(code);
    await expect(snapshot()).rejects.toMatchObject(code);
    expect(await beginLoad(world.client, PLAN)).toEqual({ outcome: 'begun' });
    await expect(world.hold('anna', { seats: [1] })).rejects.toMatchObject(code);
    expect(await finishLoad(world.client, PLAN)).toBe(true);
    expect(await beginLoad(world.client, { ...PLAN, token: 'second' })).toEqual({ outcome: 'loaded' });
    expect(await world.hold('anna', { seats: [1] })).toMatchObject({ outcome: 'placed' });
  });

  it('brings back bookings, keeps pinned holds and drops the others', async () => {
    const pinned = await world.held('anna', { seats: [1], zones: [{ zoneId: 'standing', quantity: 1 }] });
    await pinHold(world.client, pinOf(pinned, 'anna', { seats: [1], zones: [{ zoneId: 'standing', quantity: 1 }] }));
    await world.held('ben', { seats: [2] });
    await lose(4);
    await beginLoad(world.client, PLAN);
    const row = (bookingId: string, state: 'pending' | 'sold', holdId: string, part: Partial<Places>) => ({
      bookingId,
      version: 2,
      state,
      holdId,
      places: places(part),
    });
    const committed = row('b1', 'pending', pinned.holdId, { seats: [1], zones: [{ zoneId: 'standing', quantity: 1 }] });
    const sold = row('b9', 'sold', 'long-gone', { seats: [8, 9], zones: [{ zoneId: 'standing', quantity: 2 }] });
    expect(await loadClaims(world.client, PLAN, [committed, sold])).toBe(true);
    await finishLoad(world.client, PLAN);
    expect([await states(), await standing()]).toEqual(['0100000022', [2, 2]]);
    await claim('b9', 3, 'free', { seats: [8, 9], zones: [{ zoneId: 'standing', quantity: 2 }] });
    expect([await states(), await standing()]).toEqual(['0100000000', [4, 4]]);
  });

  it('keeps a second loader out until the first has fallen silent, and then the first one too', async () => {
    await lose(4);
    const second = { ...PLAN, token: 'second' };
    await beginLoad(world.client, PLAN);
    await world.at(4999);
    expect(await beginLoad(world.client, second)).toEqual({ outcome: 'busy' });
    await world.at(5000);
    expect(await beginLoad(world.client, second)).toEqual({ outcome: 'begun' });
    expect(await loadClaims(world.client, PLAN, [])).toBe(false);
    expect(await finishLoad(world.client, PLAN)).toBe(false);
    expect(await finishLoad(world.client, second)).toBe(true);
  });

  it('waits for the room to have an epoch', async () => {
    await world.redis.del(roomKeys(REF.room).state);
    await expect(beginLoad(world.client, PLAN)).rejects.toMatchObject({ code: 'room_recovering' });
  });
});
