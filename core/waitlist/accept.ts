import { HOLD_TTL_SECONDS, OFFER_MARGIN_SECONDS } from '../../contracts/limits.ts';
import type { HoldView } from '../../contracts/holds.ts';
import type { Transaction } from '../../db/connect.ts';
import { acceptOfferRow, lockOpenOffer, readOffer, type OfferRow } from '../../db/queries/waitlist-offers.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { acceptOffer } from '../../redis/inventory/waited.ts';
import type { Performance } from '../catalogue/performance.ts';
import { requireOnSale } from '../catalogue/require-on-sale.ts';
import type { CoreDeps } from '../deps.ts';
import { toHoldView } from '../holds/hold-view.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { toPlaces } from '../inventory/places.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import type { OpenedEntry } from './entry-token.ts';
import { offeredItems } from './entry-view.ts';
import { ownerOf } from './offer-owner.ts';
import { tellNewOffers } from './tell-offers.ts';

/**
 * Turns an offer into an ordinary hold of its owner, who books it as any other. Postgres first, under the offer's lock: from then on it
 * does not lapse before the hold has ended; then Redis, where the hold's places come from the offer's own and go back to it. May be
 * repeated, also by a process that takes over from a dead one: it is the same hold. Refuses: `offer_ended`, `forbidden` (not on sale),
 * `inventory_rebuilding`, `store_unavailable`.
 */
export async function acceptEntry(deps: CoreDeps, performance: Performance, entry: OpenedEntry): Promise<HoldView> {
  requireOnSale(performance, deps.clock.nowMs());
  const work = (tx: Transaction) => takeOffer(tx, entry.id);
  const { offer, lifeMs } = await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, work, turn));
  const items = offeredItems(performance, offer);
  const hold = {
    room: performance.room,
    performanceId: performance.id,
    offerId: offer.id,
    holdId: offer.holdId,
    owner: ownerOf(entry.id),
    places: toPlaces(performance, items, offer.legs),
    lifeMs,
  };
  const placed = await deps.inventory.use(performance, async () => {
    const first = await acceptOffer(deps.scripts, hold);
    if (first.outcome !== 'unknown') return first;
    // It was made a moment ago, and this inventory hears of it only now.
    await tellNewOffers(deps, performance);
    return acceptOffer(deps.scripts, hold);
  });
  if (placed.outcome !== 'held') throw new OperatingError('offer_ended');
  return toHoldView(deps, performance, { ...hold, ...placed, items, legs: offer.legs });
}

/** Notes under the locks that the offer is accepted; how long its hold may live. Accepted before, it has what is left of that. */
async function takeOffer(tx: Transaction, entryId: string): Promise<{ offer: OfferRow; lifeMs: number }> {
  const seen = await readOffer(tx, entryId);
  const offer = seen && (await lockOpenOffer(tx, seen.id));
  if (!offer || !offer.isOpen || offer.isOver || offer.entryState !== 'offered')
    throw new OperatingError('offer_ended');
  const offerUntil =
    offer.acceptedAt === null
      ? await acceptOfferRow(tx, offer.id, HOLD_TTL_SECONDS + OFFER_MARGIN_SECONDS)
      : offer.offerUntil;
  const lifeMs = Math.floor(offerUntil.getTime() - offer.now.getTime() - OFFER_MARGIN_SECONDS * 1000);
  if (lifeMs <= 0) throw new OperatingError('offer_ended');
  return { offer, lifeMs: Math.min(lifeMs, HOLD_TTL_SECONDS * 1000) };
}
