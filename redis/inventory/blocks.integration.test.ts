import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { roomKeys } from '../keys.ts';
import { applyBlock, holdForBlock, type InventoryBlock } from './apply-block.ts';
import { applyClaims } from './apply-claims.ts';
import { applyDelta, availabilityOn, readState } from './availability.ts';
import { startInventory, PLAN, REF, type InventoryWorld } from './inventory.fixture.ts';
import type { BestWish, Places } from './inventory-ref.ts';
import { beginLoad, finishLoad, loadBlock, loadClaims } from './load-inventory.ts';
import { pinHold } from './pin-hold.ts';
import { placeHold, type PlaceHoldOutcome } from './place-hold.ts';
import { readAvailability } from './read-availability.ts';
import { readDeltas } from './read-deltas.ts';
import { refreshAvailability } from './refresh-availability.ts';
import { toSeatRows } from './seat-rows.ts';

const ROWS = toSeatRows(
  {
    id: 'stalls',
    rows: [{ name: 'A', seats: Array.from({ length: 10 }, (_, i) => ({ id: `s${i}`, name: String(i), x: i, y: 0 })) }],
  },
  0,
);
const both: [number, number] = [0, 2];
const aBlock = (blockId: string, seats: number[], places = 0, codeHash: string | null = null): InventoryBlock => ({
  blockId,
  codeHash,
  places: { legs: both, seats, zones: places === 0 ? [] : [{ zoneId: 'standing', quantity: places }] },
  seatZones: seats.length === 0 ? [] : ['stalls'],
});

describe('blocks in the inventory', () => {
  let world: InventoryWorld;
  let holds = 0;
  beforeAll(async () => {
    world = await startInventory();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.reset();
    await world.redis.hset(`{r:${REF.room}}:inv:${REF.performanceId}:rows`, ROWS);
    await world.admit('ann');
    await world.admit('bob');
  });

  const apply = (block: InventoryBlock, version = 1) => applyBlock(world.client, REF, { ...block, version });
  const look = async () => {
    const snapshot = await readAvailability(world.client, REF);
    const { states, zones } = availabilityOn(snapshot, both);
    const seats = Array.from({ length: 10 }, (_, seat) => readState(states, seat)).join('');
    return `${seats} ${zones.find((zone) => zone.id === 'standing')?.available}`;
  };
  const hold = async (owner: string, places: Partial<Places>, codeHash?: string, best: BestWish[] = []) => {
    holds += 1;
    return placeHold(world.client, {
      ...REF,
      holdId: `k-${holds}`,
      owner,
      places: { legs: both, seats: [], zones: [], ...places },
      best,
      codeHash,
      idempotencyKey: `k-${holds}`,
      bodyHash: 'body',
    });
  };
  const placed = (outcome: PlaceHoldOutcome) => {
    if (outcome.outcome !== 'placed') throw new Error(`expected a hold, got ${JSON.stringify(outcome)}`);
    return outcome.hold;
  };

  it('set places aside all or nothing, tell which are taken, and go free when they are never written', async () => {
    await world.held('ann', { seats: [2, 3] });
    expect(await holdForBlock(world.client, REF, aBlock('b1', [1, 2, 3]))).toEqual({
      outcome: 'seats_unavailable',
      seats: [2, 3],
    });
    expect(await holdForBlock(world.client, REF, aBlock('b1', [], 6))).toEqual({
      outcome: 'zone_sold_out',
      zoneId: 'standing',
      available: 5,
    });
    expect(await holdForBlock(world.client, REF, aBlock('b1', [0, 1], 2))).toMatchObject({ outcome: 'held' });
    expect(await look()).toBe('1111000000 3');
    await world.at(60_000);
    expect(await look()).toBe('0011000000 5');
  });

  it('take over what was set aside, or take what is free; twice is once, and their end gives all of it back', async () => {
    const block = aBlock('b1', [0, 1], 2);
    await holdForBlock(world.client, REF, block);
    expect([(await apply(block)).outcome, (await apply(block)).outcome, await look()]).toEqual([
      'applied',
      'stale',
      '3300000000 3',
    ]);
    await apply(aBlock('b2', [5], 1));
    expect(await look()).toBe('3300030000 2');
    await apply(block, 2);
    expect([(await apply(block)).outcome, await look()]).toEqual(['stale', '0000030000 4']);
    const unheard = aBlock('b3', [7]);
    await holdForBlock(world.client, REF, unheard);
    await apply(unheard, 2);
    expect(await look(), 'made and ended before it was heard of').toBe('0000030000 4');
  });

  it('leave a seat to whoever has it, and have it once that one lets go', async () => {
    await world.held('ann', { seats: [4] });
    await apply(aBlock('b1', [4, 5]));
    expect(await look()).toBe('0000130000 5');
    expect(await hold('bob', { seats: [5] })).toEqual({ outcome: 'seats_unavailable', seats: [5] });
    await world.at(700_000);
    expect(await look()).toBe('0000330000 5');
  });

  it('are open to their own code only, by name, by number and by choice, and get back what is let go', async () => {
    await apply(aBlock('fans', [0, 1, 8], 2, 'code'));
    expect(await look()).toBe('3300000030 3');
    expect(await hold('ann', { seats: [0] })).toEqual({ outcome: 'seats_unavailable', seats: [0] });
    await expect(hold('ann', { seats: [0] }, 'wrong')).rejects.toMatchObject({ code: 'code_invalid' });

    const zones = [{ zoneId: 'standing', quantity: 2 }];
    const mine = placed(await hold('ann', { seats: [0, 2], zones }, 'code'));
    expect(mine).toMatchObject({ blockId: 'fans', blockSeats: [0], zones: [{ ...zones[0], blockId: 'fans' }] });
    expect(await look(), 'the public’s places are untouched').toBe('1310000030 3');
    expect(await hold('bob', { zones: [{ zoneId: 'standing', quantity: 1 }] }, 'code')).toMatchObject({
      outcome: 'zone_sold_out',
      zoneId: 'standing',
      available: 0,
    });
    const best: BestWish = { zoneId: 'stalls', quantity: 2, accessible: false, mayBeSplit: true, row: 1 };
    expect(placed(await hold('bob', {}, 'code', [best])).seats, 'the allocation’s, not the better public ones').toEqual(
      [1, 8],
    );
    await world.at(700_000);
    expect(await look()).toBe('3300000030 3');
    expect(placed(await hold('ann', { zones }, 'code')).zones).toEqual([{ ...zones[0], blockId: 'fans' }]);
  });

  it('are skipped by best available, whose refusal leaves them as they are', async () => {
    await apply(aBlock('b1', [3, 4, 5, 6], 0, 'code'));
    const best: BestWish = { zoneId: 'stalls', quantity: 4, accessible: false, mayBeSplit: false, row: 1 };
    expect(await hold('ann', {}, undefined, [best])).toMatchObject({
      outcome: 'zone_sold_out',
      available: 6,
      together: 3,
    });
    const five = { ...best, quantity: 5 };
    expect(await hold('ann', { seats: [3] }, 'code', [five])).toMatchObject({ outcome: 'zone_sold_out', available: 3 });
    expect(await look()).toBe('0003333000 5');
  });

  it('keep a booked seat as theirs: cancelled, it is blocked again; once they ended, free', async () => {
    const block = aBlock('fans', [0, 1], 2, 'code');
    await apply(block);
    const places: Places = {
      legs: both,
      seats: [0],
      zones: [{ zoneId: 'standing', quantity: 1, blockId: 'fans' }],
      blockId: 'fans',
    };
    const mine = placed(await hold('ann', { seats: [0], zones: [{ zoneId: 'standing', quantity: 1 }] }, 'code'));
    const claims = { bookingId: 'k1', holdId: mine.holdId, places };
    await applyClaims(world.client, REF, [{ ...claims, version: 1, state: 'sold' }]);
    expect(await look()).toBe('2300000000 3');
    await applyClaims(world.client, REF, [{ ...claims, version: 2, state: 'free' }]);
    expect(await look()).toBe('3300000000 3');

    await applyClaims(world.client, REF, [{ ...claims, bookingId: 'k2', holdId: null, version: 1, state: 'sold' }]);
    await apply(block, 2);
    expect(await look()).toBe('2000000000 4');
    // As Postgres tells it now: the lines are the public sale's.
    const open = { legs: both, seats: [0], zones: [{ zoneId: 'standing', quantity: 1 }] };
    await applyClaims(world.client, REF, [{ ...claims, places: open, bookingId: 'k2', version: 2, state: 'free' }]);
    expect(await look()).toBe('0000000000 5');
  });

  it('come back with a load, pinned holds of theirs with them, and those of one that has ended go to the zone', async () => {
    const block = aBlock('fans', [0, 1], 2, 'code');
    await apply(block);
    await apply(aBlock('gone', [], 2, 'other'));
    const pin = async (owner: string, code: string, wish: Partial<Places>, blockId: string) => {
      const held = placed(await hold(owner, wish, code));
      const places: Places = { legs: both, seats: wish.seats ?? [], zones: held.zones, blockId };
      const until = {
        expiresAtMs: held.expiresAtMs,
        maxExpiresAtMs: held.maxExpiresAtMs,
        bookingId: held.holdId,
        pinMs: 9e5,
      };
      expect(await pinHold(world.client, { ...REF, ...held, owner, places, ...until })).toMatchObject({
        outcome: 'pinned',
      });
    };
    const one = [{ zoneId: 'standing', quantity: 1 }];
    await pin('ann', 'code', { seats: [1], zones: one }, 'fans');
    await pin('bob', 'other', { zones: one }, 'gone');
    await world.redis.hset(roomKeys(REF.room).state, 'epoch', 4);
    const load = { ...PLAN, token: 'again' };
    expect(await beginLoad(world.client, load)).toEqual({ outcome: 'begun' });
    expect(await loadBlock(world.client, load, block)).toBe(true);
    await loadClaims(world.client, load, []);
    expect(await finishLoad(world.client, load)).toBe(true);
    expect(await look()).toBe('3100000000 2');
    await world.at(1_000_000);
    expect(await look(), 'both let go').toBe('3300000000 3');
  });

  it('are told as changes that lead to what a snapshot shows', async () => {
    const known = await readAvailability(world.client, REF);
    const since = known.version;
    const block = aBlock('fans', [0, 1, 6], 2, 'code');
    await world.held('bob', { legs: [1, 2], seats: [6] });
    await apply(block);
    await hold('ann', { seats: [0], zones: [{ zoneId: 'standing', quantity: 1 }] }, 'code');
    await world.at(700_000);
    await look();
    await apply(block, 2);
    const found = await readDeltas(world.client, REF, since);
    if (found.outcome !== 'deltas') throw new Error('the changes are gone');
    const refreshed = await refreshAvailability(world.client, REF, known);
    expect([known.version, refreshed]).toEqual([since, await readAvailability(world.client, REF)]);
    expect(await refreshAvailability(world.client, REF, refreshed), 'nothing has changed').toBe(refreshed);
    for (const delta of found.deltas) applyDelta(known, delta);
    const now = await readAvailability(world.client, REF);
    expect(known.version).toBe(now.version);
    expect(known.legs).toEqual(now.legs);
    expect(known.zones.get('standing')).toEqual(now.zones.get('standing'));
  });
});
