import type { Transaction } from '../../db/connect.ts';
import { endEntry } from '../../db/queries/waitlist-entries.ts';
import { endOfferRow, lockOffer, readUnbooked, type OfferRow } from '../../db/queries/waitlist-offers.ts';
import { offerFreed, type OfferDeps } from './offer-freed.ts';

/**
 * Ends an offer inside the caller's transaction, if `mayEnd` still says so under its locks: what is not booked of it goes to the next who
 * fits by the same commit, or is free. Its entry is out of the line as `lapsed` or `left`, unless it has booked. Returns whether it ended.
 */
export async function endOffer(
  tx: Transaction,
  deps: OfferDeps,
  id: string,
  { state, mayEnd }: { state: 'lapsed' | 'left'; mayEnd: (offer: OfferRow) => boolean },
): Promise<boolean> {
  const offer = await lockOffer(tx, id);
  if (offer === null || !offer.isOpen || !mayEnd(offer)) return false;
  const { performanceId, legs } = offer;
  const unbooked = await readUnbooked(tx, id);
  await endOfferRow(tx, performanceId, id);
  if (offer.entryState === 'offered') await endEntry(tx, offer.entryId, state);
  await offerFreed(tx, deps, performanceId, { legs, items: unbooked.filter((item) => item.quantity > 0) });
  return true;
}
