import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';
import { type BlockItem, endBlock, lockBlockZones } from './blocks.ts';
import type { WaitlistEntry } from './waitlist-entries.ts';

/** Places for one who waits: a block with an owner. Ids are made beforehand. */
export type NewOffer = {
  id: string;
  entryId: string;
  holdId: string;
  legs: readonly [number, number];
  items: readonly BlockItem[];
};

/**
 * Writes offers of places that are free: claims as `offered`, counters, the messages to whom they are made, by mail and to browsers that
 * asked, where that is sent at all; the token of their link is no part of it. Needs the locks of
 * the zones and of the entries; `seat_claims_sold_once` and the check on `zone_legs` refuse what is not free. `untilMs`: when an offer
 * ends at the latest, ms since 1970; null: it has its whole life.
 */
export async function insertOffers(
  tx: Transaction,
  performanceId: string,
  offers: readonly NewOffer[],
  { ttlSeconds, untilMs }: { ttlSeconds: number; untilMs: number | null },
): Promise<void> {
  const ids = list(offers.map((offer) => offer.id));
  const items = offers.flatMap((offer) => offer.items.map((item, line) => ({ ...item, line, id: offer.id })));
  await tx`INSERT INTO blocks (id, performance_id, name, is_offer, from_leg, to_leg, created_by)
    SELECT o.id, ${performanceId}, 'offer', true, o.from_leg, o.to_leg, 'system:waitlist'
    FROM unnest(${ids}::uuid[], ${list(offers.map(({ legs }) => legs[0]))}::int[], ${list(offers.map(({ legs }) => legs[1]))}::int[])
      AS o (id, from_leg, to_leg)`;
  await tx`INSERT INTO block_items (block_id, line, zone_id, seat_id, quantity)
    SELECT * FROM unnest(${list(items.map((item) => item.id))}::uuid[], ${list(items.map((item) => item.line))}::int[],
      ${list(items.map((item) => item.zoneId))}::text[], ${list(items.map((item) => item.seatId))}::text[],
      ${list(items.map((item) => item.quantity))}::int[])`;
  await tx`INSERT INTO seat_claims (performance_id, seat_id, leg, zone_id, state, block_id)
    SELECT b.performance_id, i.seat_id, leg, i.zone_id, 'offered', b.id
    FROM blocks b JOIN block_items i ON i.block_id = b.id CROSS JOIN generate_series(b.from_leg, b.to_leg - 1) AS leg
    WHERE b.id = ANY (${ids}::uuid[]) AND i.seat_id IS NOT NULL ORDER BY i.seat_id COLLATE "C", leg`;
  await tx`INSERT INTO block_legs (block_id, zone_id, leg, capacity)
    SELECT b.id, i.zone_id, leg, sum(i.quantity)
    FROM blocks b JOIN block_items i ON i.block_id = b.id CROSS JOIN generate_series(b.from_leg, b.to_leg - 1) AS leg
    WHERE b.id = ANY (${ids}::uuid[]) GROUP BY 1, 2, 3`;
  await tx`UPDATE zone_legs z SET capacity = z.capacity - own.places
    FROM (SELECT zone_id, leg, sum(capacity)::int AS places FROM block_legs WHERE block_id = ANY (${ids}::uuid[]) GROUP BY 1, 2) own
    WHERE z.performance_id = ${performanceId} AND z.zone_id = own.zone_id AND z.leg = own.leg`;
  const until = untilMs === null ? null : new Date(untilMs);
  await tx`WITH offer AS (
      INSERT INTO waitlist_offers (block_id, entry_id, hold_id, offer_until)
      SELECT o.id, o.entry_id, o.hold_id,
        least(${until}::timestamptz, date_trunc('milliseconds', clock_timestamp()) + make_interval(secs => ${ttlSeconds}))
      FROM unnest(${ids}::uuid[], ${list(offers.map((offer) => offer.entryId))}::uuid[],
        ${list(offers.map((offer) => offer.holdId))}::uuid[]) AS o (id, entry_id, hold_id)
      RETURNING block_id, entry_id, offer_until),
    offered AS (UPDATE waitlist_entries e SET state = 'offered' FROM offer WHERE e.id = offer.entry_id RETURNING e.id, e.email, e.language),
    told AS (
      SELECT id, 'mail' AS channel, email AS address, notification_address_hash(email) AS hash, language FROM offered
      UNION ALL SELECT offered.id, 'push', s.subscription, s.endpoint_hash, s.language
      FROM offered JOIN push_subscriptions s ON s.entry_id = offered.id)
    INSERT INTO notifications (event, kind, channel, address, address_hash, language, payload)
    SELECT 'offer:' || offer.block_id, 'offer', told.channel, told.address, told.hash, told.language,
      jsonb_build_object('entryId', told.id, 'performanceId', ${performanceId}::text,
        'legs', jsonb_build_array(own.from_leg, own.to_leg),
        'offerUntil', to_char(offer.offer_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    FROM offer JOIN told ON told.id = offer.entry_id JOIN notification_channels USING (channel)
      JOIN unnest(${ids}::uuid[], ${list(offers.map(({ legs }) => legs[0]))}::int[], ${list(offers.map(({ legs }) => legs[1]))}::int[])
        AS own (block_id, from_leg, to_leg) ON own.block_id = offer.block_id`;
}

/** An offer and whom it is made to. */
export type OfferRow = {
  id: string;
  entryId: string;
  entryState: WaitlistEntry['state'];
  performanceId: string;
  holdId: string;
  legs: [number, number];
  items: BlockItem[];
  offerUntil: Date;
  acceptedAt: Date | null;
  /** Whether it stands, and whether its time is over, by Postgres's clock. */
  isOpen: boolean;
  isOver: boolean;
  now: Date;
};

/** The offer that an entry has, or null. A plain read. */
export async function readOffer(sql: Sql | Transaction, entryId: string): Promise<OfferRow | null> {
  const [row] = await sql<OfferRow[]>`SELECT ${offerColumns(sql)} FROM waitlist_offers o
    JOIN blocks b ON b.id = o.block_id JOIN waitlist_entries e ON e.id = o.entry_id
    WHERE o.entry_id = ${entryId} AND o.ended_at IS NULL`;
  return row ?? null;
}

/** Locks the zones of an offer, then its entry, then the offer; null when there is none. READ COMMITTED. */
export async function lockOffer(tx: Transaction, id: string): Promise<OfferRow | null> {
  await lockBlockZones(tx, id);
  return lockOpenOffer(tx, id);
}

/** The same without the zones: for changes that free nothing. */
export async function lockOpenOffer(tx: Transaction, id: string): Promise<OfferRow | null> {
  await tx`SELECT 1 FROM waitlist_entries WHERE id = (SELECT entry_id FROM waitlist_offers WHERE block_id = ${id}) FOR UPDATE`;
  await tx`SELECT 1 FROM waitlist_offers WHERE block_id = ${id} FOR UPDATE`;
  const [row] = await tx<OfferRow[]>`SELECT ${offerColumns(tx)} FROM waitlist_offers o
    JOIN blocks b ON b.id = o.block_id JOIN waitlist_entries e ON e.id = o.entry_id WHERE o.block_id = ${id}`;
  return row ?? null;
}

/** Notes that an offer was accepted, which gives it `lifeSeconds` from now; returns its new end. Needs `lockOpenOffer`. */
export async function acceptOfferRow(tx: Transaction, id: string, lifeSeconds: number): Promise<Date> {
  const [row] = await tx<{ offerUntil: Date }[]>`UPDATE waitlist_offers SET accepted_at = clock_timestamp(),
      offer_until = date_trunc('milliseconds', clock_timestamp()) + make_interval(secs => ${lifeSeconds})
    WHERE block_id = ${id} RETURNING offer_until AS "offerUntil"`;
  if (row === undefined) throw new Error('the offer that was locked is not there');
  return row.offerUntil;
}

/** Seats and places of an offer, or of a block, that no booking has on any of its legs. Needs the locks of its zones. */
export async function readUnbooked(tx: Transaction, id: string): Promise<BlockItem[]> {
  return tx<BlockItem[]>`SELECT c.zone_id AS "zoneId", c.seat_id AS "seatId", 1 AS quantity
      FROM seat_claims c JOIN blocks b ON b.id = c.block_id WHERE c.block_id = ${id} AND c.booking_id IS NULL
      GROUP BY c.zone_id, c.seat_id, b.id HAVING count(*) = b.to_leg - b.from_leg
    UNION ALL
    SELECT i.zone_id, NULL, i.quantity - coalesce((SELECT max(l.sold) FROM block_legs l WHERE l.block_id = ${id} AND l.zone_id = i.zone_id), 0)
      FROM block_items i WHERE i.block_id = ${id} AND i.seat_id IS NULL`;
}

/** Ends an offer: what is booked of it is the booking's own, the rest is free. Needs `lockOffer`. */
export async function endOfferRow(tx: Transaction, performanceId: string, id: string): Promise<void> {
  await endBlock(tx, performanceId, id);
  await tx`UPDATE waitlist_offers SET ended_at = clock_timestamp() WHERE block_id = ${id}`;
}

/** Offers whose time is over, the oldest first. A plain read: whoever ends one locks it and looks again. */
export async function readDueOffers(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`SELECT block_id AS id FROM waitlist_offers
    WHERE ended_at IS NULL AND offer_until <= now() ORDER BY offer_until LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

/** Offers of a performance that its inventory has not heard of. A plain read. */
export async function readNewOffers(sql: Sql, performanceId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`SELECT id FROM blocks
    WHERE performance_id = ${performanceId} AND is_offer AND version = 1 AND applied_version = 0 ORDER BY id`;
  return rows.map(({ id }) => id);
}

const offerColumns = (sql: Sql | Transaction) => sql`o.block_id AS id, o.entry_id AS "entryId", e.state AS "entryState",
  b.performance_id AS "performanceId", o.hold_id AS "holdId", json_build_array(b.from_leg, b.to_leg) AS legs,
  (SELECT json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity) ORDER BY i.line)
    FROM block_items i WHERE i.block_id = o.block_id) AS items,
  o.offer_until AS "offerUntil", o.accepted_at AS "acceptedAt", o.ended_at IS NULL AS "isOpen",
  o.offer_until <= clock_timestamp() AS "isOver", clock_timestamp() AS now`;
