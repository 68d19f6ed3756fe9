import type { BlockItem } from '../../db/queries/blocks.ts';
import { noteDecision } from '../../db/queries/waitlist-entries.ts';
import { lockZoneLegs } from '../../db/queries/zone-legs.ts';
import { holdOfKept, releaseKept, type KeptPlaces } from '../../redis/inventory/waited.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { readUnclaimed } from '../../db/queries/unclaimed.ts';
import { offerFreed, type OfferDeps } from './offer-freed.ts';
import { tellNewOffers } from './tell-offers.ts';

/**
 * Decides on places that were kept in Redis for those who wait, then lets them go: Postgres first, since it alone says who has what;
 * then Redis is told of the offers, then of the rest. A process that dies in between leaves them kept, and the next sweep finds them
 * decided: what is offered of them is offered once. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function decideKept(
  deps: OfferDeps & Pick<CoreDeps, 'sql' | 'scripts'>,
  performance: Performance,
  kept: readonly KeptPlaces[],
): Promise<void> {
  if (kept.length === 0) return;
  for (const one of kept) await runTransaction(deps.sql, (tx) => decide(tx, deps, performance, one));
  await tellNewOffers(deps, performance);
  const inventory = { room: performance.room, performanceId: performance.id };
  await releaseKept(
    deps.scripts,
    inventory,
    kept.map(({ keptId }) => keptId),
  );
}

async function decide(
  tx: Parameters<typeof offerFreed>[0],
  deps: OfferDeps,
  performance: Performance,
  { keptId, places }: KeptPlaces,
): Promise<void> {
  const { legs } = places;
  const items = toItems(performance, places);
  const zoneIds = [...new Set(items.map((item) => item.zoneId))].toSorted();
  const rows = zoneIds.flatMap((zoneId) => range(legs).map((leg) => ({ zoneId, leg })));
  await lockZoneLegs(tx, {
    performanceId: rows.map(() => performance.id),
    zoneId: rows.map((row) => row.zoneId),
    leg: rows.map((row) => row.leg),
  });
  if (!(await noteDecision(tx, holdOfKept(keptId)))) return;
  await offerFreed(tx, deps, performance.id, { legs, items: await readUnclaimed(tx, performance.id, items, legs) });
}

/** What of it is on public sale: places of an allocation go back to it. */
const toItems = (performance: Performance, { seats, zones }: KeptPlaces['places']): BlockItem[] => [
  ...seats.flatMap((index): BlockItem[] => {
    const seatId = performance.seats.at(index);
    const zoneId = seatId === undefined ? undefined : performance.seats.find(seatId)?.zoneId;
    return seatId === undefined || zoneId === undefined ? [] : [{ zoneId, seatId, quantity: 1 }];
  }),
  ...zones.flatMap(({ zoneId, quantity, blockId }): BlockItem[] =>
    blockId === undefined ? [{ zoneId, seatId: null, quantity }] : [],
  ),
];

const range = ([from, to]: readonly [number, number]): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
