import type { Redis } from 'ioredis';
import { accessKey, roomKeys } from '../../redis/keys.ts';
import { applyClaims } from '../../redis/inventory/apply-claims.ts';
import { applyCapacities, loadCapacities } from '../../redis/inventory/apply-capacities.ts';
import { applyBlock, holdForBlock } from '../../redis/inventory/apply-block.ts';
import { countHeld } from '../../redis/inventory/count-held.ts';
import { extendHold } from '../../redis/inventory/extend-hold.ts';
import { PLAN, REF, START_MS } from '../../redis/inventory/inventory.fixture.ts';
import type { Places } from '../../redis/inventory/inventory-ref.ts';
import { beginLoad, finishLoad, loadBlock, loadClaims } from '../../redis/inventory/load-inventory.ts';
import { pinHold } from '../../redis/inventory/pin-hold.ts';
import { inspectBookings, inspectCells, inspectZones } from '../../redis/inventory/inspect.ts';
import { repairInventory } from '../../redis/inventory/repair-inventory.ts';
import { placeHold, type PlacedHold } from '../../redis/inventory/place-hold.ts';
import { readAvailability } from '../../redis/inventory/read-availability.ts';
import { readDeltas } from '../../redis/inventory/read-deltas.ts';
import { readHold } from '../../redis/inventory/read-hold.ts';
import { releaseHold } from '../../redis/inventory/release-hold.ts';
import { sweepHolds } from '../../redis/inventory/sweep-holds.ts';
import { unpinHold } from '../../redis/inventory/unpin-hold.ts';
import {
  acceptOffer,
  dropWaited,
  newKeptId,
  noteWaited,
  readWaited,
  releaseKept,
  setAside,
} from '../../redis/inventory/waited.ts';
import { setTestClock } from '../../redis/test-clock.ts';
import type { Recorder } from './transcript.ts';

const both: [number, number] = [0, 2];
const seats = (...indexes: number[]): Places => ({ legs: both, seats: indexes, zones: [] });

/** Walks every inventory script through what it can answer. */
export async function walkInventory({ client, note }: Recorder, redis: Redis): Promise<void> {
  await setTestClock(redis, START_MS);
  const hold = (holdId: string, owner: string, places: Places, key = holdId) =>
    placeHold(client, { ...REF, holdId, owner, places, idempotencyKey: key, bodyHash: JSON.stringify(places) });
  const admit = (owner: string) => redis.set(accessKey(REF.room, owner), `${START_MS + 3_600_000} session`);
  const refOf = (holdId: string, owner: string, fence: string) => ({ ...REF, holdId, owner, fence });

  await note('holding before the inventory is loaded', () => hold('h0', 'null', seats(0)));
  await redis.hset(roomKeys(REF.room).state, 'epoch', 3);
  await redis.hset(roomKeys(REF.room).config, 'holdLimit', 4);
  await note('begin load', () => beginLoad(client, PLAN));
  await note('load claims', () =>
    loadClaims(client, PLAN, [{ bookingId: 'b0', version: 1, state: 'sold', holdId: null, places: seats(9) }]),
  );
  const loaded = { blockId: 'k0', codeHash: 'code-0', places: seats(8), seatZones: ['stalls'] };
  await note('load a block', () => loadBlock(client, PLAN, loaded));
  await note('load capacities', () => loadCapacities(client, PLAN, [{ zoneId: 'standing', version: 1, capacity: 4 }]));
  await note('load them as another loader', () => loadCapacities(client, { ...PLAN, token: 'another' }, []));
  await note('finish load', () => finishLoad(client, PLAN));
  await note('holding without a key', () => hold('h0', 'null', seats(0)));
  await admit('null');
  await admit('1e3');
  const placed = await hold('h1', 'null', { legs: both, seats: [0, 1], zones: [{ zoneId: 'standing', quantity: 2 }] });
  await note('a hold', async () => placed);
  await redis.script('FLUSH');
  await note('the same seats, another owner, after SCRIPT FLUSH', () => hold('h2', '1e3', seats(1, 9)));
  await note('the same key again', () =>
    hold('h3', 'null', { legs: both, seats: [0, 1], zones: [{ zoneId: 'standing', quantity: 2 }] }, 'h1'),
  );
  await note('the same key, another body', () => hold('h3', 'null', seats(5), 'h1'));
  await note('too many', () => hold('h4', 'null', seats(5, 6)));
  await note('a zone that is too small', () =>
    hold('h5', '1e3', { legs: both, seats: [], zones: [{ zoneId: 'standing', quantity: 4 }] }),
  );
  const first: PlacedHold | undefined = placed.outcome === 'placed' ? placed.hold : undefined;
  const ref = refOf('h1', 'null', first?.fence ?? '');
  await note('read', () => readHold(client, ref));
  await note('extend', () => extendHold(client, ref, { idempotencyKey: 'extend', bodyHash: 'x' }));
  const pin = {
    ...ref,
    places: { legs: both, seats: [0, 1], zones: [{ zoneId: 'standing', quantity: 2 }] },
    expiresAtMs: first?.expiresAtMs ?? 0,
    maxExpiresAtMs: first?.maxExpiresAtMs ?? 0,
    bookingId: 'b1',
    pinMs: 600_000,
  };
  await note('pin', () => pinHold(client, pin));
  await note('unpin', () => unpinHold(client, { ...REF, holdId: 'h1', bookingId: 'b1' }));
  await note('pin again', () => pinHold(client, pin));
  await note('apply', () =>
    applyClaims(client, REF, [{ bookingId: 'b1', version: 2, state: 'sold', holdId: 'h1', places: pin.places }]),
  );
  await note('apply an older version', () =>
    applyClaims(client, REF, [{ bookingId: 'b1', version: 1, state: 'free', holdId: 'h1', places: pin.places }]),
  );
  const other = await hold('h6', '1e3', seats(5));
  await note('another hold', async () => other);
  await note('release', () =>
    releaseHold(client, refOf('h6', '1e3', other.outcome === 'placed' ? other.hold.fence : ''), START_MS + 900_000),
  );
  const block = {
    blockId: '17',
    codeHash: null,
    places: { legs: both, seats: [6], zones: [{ zoneId: 'standing', quantity: 1 }] },
    seatZones: ['stalls'],
  };
  await note('set aside for a block', () => holdForBlock(client, REF, block));
  await note('apply a block', () => applyBlock(client, REF, { ...block, version: 1 }));
  await note('apply it again', () => applyBlock(client, REF, { ...block, version: 1 }));
  await note('set aside what is blocked', () => holdForBlock(client, REF, { ...block, blockId: '18' }));
  await note('hold what is allocated without its code', () => hold('h8', '1e3', seats(8)));
  await note('the end of a block', () => applyBlock(client, REF, { ...block, version: 2 }));
  const grown = { zoneId: 'standing', version: 2, capacity: 6 };
  await note('a larger zone', () => applyCapacities(client, REF, [grown]));
  await note('an older size of it', () => applyCapacities(client, REF, [{ ...grown, version: 1, capacity: 4 }]));
  await note('a hold that will be over', () => hold('h7', '1e3', seats(7)));
  await setTestClock(redis, START_MS + 600_000);
  await note('sweep', () => sweepHolds(client, REF));
  await note('all changes', () => readDeltas(client, REF, '3.0'));
  await note('changes of another epoch', () => readDeltas(client, REF, '2.0'));
  await note('availability', async () => {
    const snapshot = await readAvailability(client, REF);
    return { ...snapshot, legs: snapshot.legs.map((leg) => [...leg]), zones: [...snapshot.zones] };
  });
  await note('places held', () => countHeld(client, REF));
  await note('inspect cells', () => inspectCells(client, REF, [0, 9]));
  await note('inspect bookings', async () => {
    const { known, ...page } = await inspectBookings(client, REF, { cursor: '0', ids: ['b1', 'null'] });
    return { ...page, scanned: page.scanned.toSorted(), known: [...known] };
  });
  await note('inspect zones', async () => {
    const { applied, ...zones } = await inspectZones(client, REF, ['b1', 'none']);
    return { ...zones, applied: [...applied] };
  });
  const repairs = [
    { kind: 'cell' as const, leg: 0, seat: 5, state: 2 as const, holder: 'b1' },
    { kind: 'block' as const, leg: 0, seat: 8, blockId: '' },
    { kind: 'zone' as const, zoneId: 'standing', leg: 0, free: 1 },
    { kind: 'booking' as const, bookingId: 'b9', entry: '1 sold' },
  ];
  const { version } = await readAvailability(client, REF);
  await note('repair', () => repairInventory(client, REF, version, repairs));
  await note('repair what has moved', () => repairInventory(client, REF, version, repairs));
  await note('changes by a repair', () => readDeltas(client, REF, version));
  await walkWaited({ client, note });
}

/** What the waitlist does with an inventory: note, keep, set aside, offer, accept, let go. */
async function walkWaited({ client, note }: Pick<Recorder, 'client' | 'note'>): Promise<void> {
  const waited = { zoneId: 'stalls', number: 7, seats: [0, 10] as const };
  await note('note a zone', () => noteWaited(client, REF, [waited, { zoneId: 'standing', number: 8 }]));
  await note('drop a note that is newer', () => dropWaited(client, REF, [{ zoneId: 'stalls', number: 6 }]));
  const legs = both;
  const best = [{ zoneId: 'stalls', quantity: 2, accessible: false, mayBeSplit: false, row: 1 }];
  await note('set aside seats of no row', () => setAside(client, REF, newKeptId('a'), { legs, zones: [], best }));
  const zones = [{ zoneId: 'standing', quantity: 1 }];
  await note('set places aside', () => setAside(client, REF, newKeptId('b'), { legs, zones, best: [] }));
  await note('what is kept', () => readWaited(client, REF));
  const offer = { blockId: 'o1', codeHash: null, places: { legs, seats: [7], zones: [] }, seatZones: ['stalls'] };
  const accept = {
    ...REF,
    offerId: 'o1',
    holdId: 'h9',
    owner: 'waitlist:1',
    places: { ...offer.places, blockId: 'o1' },
    lifeMs: 60_000,
  };
  await note('accept what is not known', () => acceptOffer(client, accept));
  await note('apply an offer', () => applyBlock(client, REF, { ...offer, isOffer: true, version: 1 }));
  await note('accept', () => acceptOffer(client, accept));
  await note('accept again', () => acceptOffer(client, accept));
  await note('let go of what is kept', () => releaseKept(client, REF, [newKeptId('b')]));
  await note('drop the notes', () => dropWaited(client, REF, [waited, { zoneId: 'standing', number: 8 }]));
}
