import { OFFER_MARGIN_SECONDS } from '../../contracts/limits.ts';
import type { HeldItem } from '../../contracts/token-claims.ts';
import type { WaitlistView } from '../../contracts/waitlist.ts';
import type { Sql, Transaction } from '../../db/connect.ts';
import { countAhead, type WaitlistEntry } from '../../db/queries/waitlist-entries.ts';
import { readOffer, type OfferRow } from '../../db/queries/waitlist-offers.ts';
import { isoTime } from '../../platform/clock.ts';
import { legCodes, type Performance, zoneOf } from '../catalogue/performance.ts';

/** An entry as its owner sees it; times are Postgres's. Two plain reads. */
export async function toEntryView(
  sql: Sql | Transaction,
  performance: Performance,
  entry: WaitlistEntry & { now: Date },
): Promise<WaitlistView> {
  const isWaiting = entry.state === 'waiting';
  const ahead = isWaiting ? await countAhead(sql, entry) : null;
  const offer = entry.state === 'offered' ? await readOffer(sql, entry.id) : null;
  const legs = legCodes(performance, [entry.fromLeg, entry.toLeg]);
  return {
    id: entry.id,
    performanceId: entry.performanceId,
    ...(entry.zoneId === null ? {} : { zoneId: entry.zoneId }),
    ...(entry.class === null ? {} : { class: entry.class }),
    partySize: entry.partySize,
    ...(entry.accessible ? { accessible: true } : {}),
    ...(legs === undefined ? {} : { legs }),
    state: stateOf(entry, offer),
    position: ahead === null ? null : ahead + 1,
    ahead,
    ...(offer === null || offer.isOver ? {} : { offer: toOfferView(performance, offer) }),
    now: isoTime((offer ?? entry).now.getTime()),
  };
}

/** What is offered, line by line, at the prices of now; each line names the offer as its allocation. */
export const offeredItems = (performance: Performance, offer: Pick<OfferRow, 'id' | 'items'>): HeldItem[] =>
  offer.items.map(({ zoneId, seatId, quantity }) => ({
    zoneId,
    ...(seatId === null ? {} : { seatId }),
    quantity,
    priceMinor: zoneOf(performance, zoneId)?.priceMinor ?? 0,
    blockId: offer.id,
  }));

function toOfferView(performance: Performance, offer: OfferRow): NonNullable<WaitlistView['offer']> {
  const items = offeredItems(performance, offer).map(({ blockId: _own, ...item }) => item);
  // Once it is accepted, what counts for its owner is the end of the hold.
  const marginMs = offer.acceptedAt === null ? 0 : OFFER_MARGIN_SECONDS * 1000;
  return {
    offerUntil: isoTime(offer.offerUntil.getTime() - marginMs),
    items: items.map(({ zoneId, seatId, quantity, priceMinor }) => ({
      zoneId,
      ...(seatId === undefined ? {} : { seatId }),
      quantity,
      priceMinor,
    })),
    total: {
      amountMinor: items.reduce((sum, { quantity, priceMinor }) => sum + quantity * priceMinor, 0),
      currency: performance.currency,
    },
  };
}

/** An offer whose time is over is as good as lapsed: the sweep says so in a moment. */
function stateOf(entry: WaitlistEntry, offer: OfferRow | null): WaitlistView['state'] {
  if (entry.state !== 'offered') return entry.state;
  if (offer === null || offer.isOver) return 'lapsed';
  return offer.acceptedAt === null ? 'offered' : 'accepted';
}
