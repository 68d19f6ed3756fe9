import { OFFER_TTL_SECONDS } from '../../contracts/limits.ts';
import { saleAt, saleEndMs } from '../../contracts/sale.ts';
import type { Transaction } from '../../db/connect.ts';
import type { NewOffer } from '../../db/queries/waitlist-offers.ts';
import { insertOffers } from '../../db/queries/waitlist-offers.ts';
import { lockWaiting } from '../../db/queries/waitlist-entries.ts';
import { newId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import { createPool, type Freed, type Share } from './share-out.ts';

/** What deciding on offers needs. */
export type OfferDeps = Pick<CoreDeps, 'catalogue' | 'clock'>;

/** Entries looked at in one statement, and how many such looks at most: who is so far behind is found by the sweep, or by the next place. */
const PAGE = 100;
const MOST_PAGES = 20;

/**
 * Offers what the caller's transaction has just freed to those who wait for it, in the order of the line (BOOKING §7): it is claimed
 * for them by the same commit, so there is no moment in which it is anybody's. Needs the locks of its zones. Returns how many offers it
 * made. Nothing is offered of what is not on sale. Order of locks: zones, (bookings,) entries, offers.
 */
export async function offerFreed(
  tx: Transaction,
  deps: OfferDeps,
  performanceId: string,
  freed: Freed,
): Promise<number> {
  const performance = freed.items.length === 0 ? null : await deps.catalogue.performance(performanceId);
  if (performance === null || saleAt(performance, deps.clock.nowMs()) !== 'on_sale') return 0;
  const zoneIds = [...new Set(freed.items.map((item) => item.zoneId))];
  const pool = createPool(performance, freed);
  const shares: Share[] = [];
  let afterNumber = 0;
  for (let page = 0; page < MOST_PAGES && pool.mostPlaces() > 0; page += 1) {
    const fit = { performanceId, zoneIds, legs: freed.legs, mostPlaces: pool.mostPlaces(), afterNumber, limit: PAGE };
    const entries = await lockWaiting(tx, fit);
    for (const entry of entries) shares.push(...(pool.mostPlaces() > 0 ? [pool.take(entry)] : []).filter(isShare));
    if (entries.length < PAGE) break;
    afterNumber = entries.at(-1)?.number ?? afterNumber;
  }
  if (shares.length === 0) return 0;
  await insertOffers(tx, performanceId, shares.map(toOffer), {
    ttlSeconds: OFFER_TTL_SECONDS,
    untilMs: saleEndMs(performance),
  });
  return shares.length;
}

const isShare = (share: Share | null): share is Share => share !== null;

const toOffer = ({ entryId, legs, items }: Share): NewOffer => ({
  id: newId(),
  entryId,
  holdId: newId(),
  legs,
  items,
});
