import type { BookingDraft } from '../../core/bookings/commit-booking.ts';
import type { Sql } from '../../db/connect.ts';
import { quantitiesByZone } from '../../db/queries/new-booking.ts';
import { addSold } from '../../db/queries/zone-legs.ts';

/**
 * B1, pattern as described in most tutorials on selling seats: a transaction per request, `SELECT … FOR UPDATE` of what is counted, look,
 * insert, commit. It is what core did before group commit, its inserts sent in one go: the same rows under the same constraints.
 */
export async function writeOneByOne(sql: Sql, { row: b, keyed, body }: BookingDraft): Promise<void> {
  const quantities = quantitiesByZone(b.items);
  await sql.begin(async (tx) => {
    const zones = await tx<
      { free: number }[]
    >`SELECT capacity - sold AS free FROM zone_legs WHERE performance_id = ${b.performanceId}
      AND zone_id = ANY (${[...quantities.keys()]}) AND leg >= ${b.legs[0]} AND leg < ${b.legs[1]} ORDER BY zone_id, leg FOR UPDATE`;
    if (zones.some((zone) => zone.free < 1)) throw new Error('the zone of a bench is sold out');
    const seats = b.items.flatMap((item) => (item.seatId === null ? [] : [item]));
    const [item] = b.items;
    if (item === undefined) throw new Error('a booking has an item');
    await Promise.all([
      tx`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, passengers,
          access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
        VALUES (${b.id}, ${b.holdId}, ${b.performanceId}, ${b.owner}, 'pending_payment', ${b.buyer.name}, ${b.buyer.email},
          ${b.buyer.emailNormalised}, ${tx.json(b.passengers)}, ${Buffer.from(b.accessTokenHash)}, ${b.totalMinor}, ${b.currency},
          ${b.legs[0]}, ${b.legs[1]}, ${b.payBy})`,
      tx`INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor)
        VALUES (${b.id}, 0, ${item.zoneId}, ${item.seatId}, ${item.quantity}, ${item.priceMinor})`,
      ...seats.map(
        (seat) => tx`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
        VALUES (${b.performanceId}, ${seat.seatId}, ${b.legs[0]}, ${b.id}, ${seat.zoneId}, 'pending')`,
      ),
      addSold(tx, b.performanceId, quantities, b.legs),
      tx`INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency)
        VALUES (${b.payment.id}, ${b.id}, ${b.payment.provider}, 'open', ${b.totalMinor}, ${b.currency})`,
      tx`INSERT INTO checkout_codes (code_hash, payment_id, expires_at)
        VALUES (${Buffer.from(b.payment.codeHash)}, ${b.payment.id}, ${b.payment.codeExpiresAt})`,
      tx`INSERT INTO outbox (id, booking_id, version, kind, payload) VALUES (${b.outboxId}, ${b.id}, 1, 'inventory.apply', '{}')`,
      tx`INSERT INTO booking_history (booking_id, version, actor, action) VALUES (${b.id}, 1, ${`owner:${b.owner}`}, 'created')`,
      tx`INSERT INTO idempotency_keys (caller, key, body_hash, status, answer)
        VALUES (${keyed.caller}, ${keyed.key}, ${keyed.bodyHash}, 201, ${JSON.stringify(body)})`,
    ]);
  });
}
