import type { Transaction } from '../connect.ts';
import { addSold } from './zone-legs.ts';

/** One line of a booking: a seat (quantity 1), or places of a general zone. */
export type BookingItem = { zoneId: string; seatId: string | null; quantity: number; priceMinor: number };

/** Everything a booking is, with ids made before the transaction, so that running it again makes the same rows. */
export type NewBooking = {
  id: string;
  holdId: string;
  performanceId: string;
  owner: string;
  buyer: { name: string; email: string; emailNormalised: string };
  passengers: { name: string }[];
  accessTokenHash: Uint8Array;
  totalMinor: number;
  currency: string;
  legs: readonly [number, number];
  items: BookingItem[];
  payBy: Date;
  payment: { id: string; provider: string; codeHash: Uint8Array; codeExpiresAt: Date };
  outboxId: string;
};

/**
 * Inserts a booking with its items, claims, payment and outbox row. READ COMMITTED, inside the locks of `lockZoneLegs`; claims go
 * in sorted and without ON CONFLICT, so a rival's seat refuses the whole booking. Refusing constraints: `bookings_one_per_hold`,
 * `bookings_one_unpaid_per_owner`, `seat_claims_sold_once`, `zone_legs_never_oversold`.
 */
export async function insertBooking(tx: Transaction, b: NewBooking): Promise<void> {
  const seats = b.items.flatMap((item) => (item.seatId === null ? [] : [{ seatId: item.seatId, zoneId: item.zoneId }]));
  // Sent in one go: the connection answers them in order, and the first refusal ends the rest.
  await Promise.all([
    tx`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, passengers,
        access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
      VALUES (${b.id}, ${b.holdId}, ${b.performanceId}, ${b.owner}, 'pending_payment', ${b.buyer.name}, ${b.buyer.email},
        ${b.buyer.emailNormalised}, ${tx.json(b.passengers)}, ${Buffer.from(b.accessTokenHash)}, ${b.totalMinor}, ${b.currency},
        ${b.legs[0]}, ${b.legs[1]}, ${b.payBy})`,
    insertItems(tx, b),
    tx`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      SELECT ${b.performanceId}, seat.id, leg, ${b.id}, seat.zone_id, 'pending'
      FROM unnest(${seats.map((seat) => seat.seatId)}::text[], ${seats.map((seat) => seat.zoneId)}::text[]) AS seat (id, zone_id),
        generate_series(${b.legs[0]}::int, ${b.legs[1] - 1}::int) AS leg
      ORDER BY seat.id, leg`,
    addSold(tx, b.performanceId, quantitiesByZone(b.items), b.legs),
    tx`INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency)
      VALUES (${b.payment.id}, ${b.id}, ${b.payment.provider}, 'open', ${b.totalMinor}, ${b.currency})`,
    tx`INSERT INTO checkout_codes (code_hash, payment_id, expires_at)
      VALUES (${Buffer.from(b.payment.codeHash)}, ${b.payment.id}, ${b.payment.codeExpiresAt})`,
    tx`INSERT INTO outbox (id, booking_id, version, kind, payload) VALUES (${b.outboxId}, ${b.id}, 1, 'inventory.apply', '{}')`,
    tx`INSERT INTO booking_history (booking_id, version, actor, action) VALUES (${b.id}, 1, ${`owner:${b.owner}`}, 'created')`,
  ]);
}

/** How many places of each zone a list of items takes, by zone in sorted order. */
export function quantitiesByZone(items: readonly BookingItem[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const zoneId of [...new Set(items.map((item) => item.zoneId))].toSorted()) {
    const quantity = items.filter((item) => item.zoneId === zoneId).reduce((sum, item) => sum + item.quantity, 0);
    sums.set(zoneId, quantity);
  }
  return sums;
}

const insertItems = (tx: Transaction, { id, items }: NewBooking) =>
  tx`INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor)
    SELECT ${id}, item.line - 1, item.zone_id, item.seat_id, item.quantity, item.price_minor
    FROM unnest(${items.map((item) => item.zoneId)}::text[], ${items.map((item) => item.seatId)}::text[],
      ${items.map((item) => item.quantity)}::int[], ${items.map((item) => item.priceMinor)}::bigint[])
      WITH ORDINALITY AS item (zone_id, seat_id, quantity, price_minor, line)`;
