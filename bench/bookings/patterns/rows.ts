import type { Capture } from '../../../core/payments/provider.ts';
import type { Sql, Transaction } from '../../../db/connect.ts';
import type { BookingToWrite } from '../../../db/queries/booking-batch.ts';
import { quantitiesByZone, type NewBooking } from '../../../db/queries/new-booking.ts';
import { addSold } from '../../../db/queries/zone-legs.ts';
import { newId } from '../../../platform/id.ts';
import type { Sends } from './pattern.ts';

/** Whether the seats have no claim and the zones have room, as one looks without a lock: true until somebody else writes. */
export async function looksFree(
  sql: Sql | Transaction,
  performanceId: string,
  items: readonly { zoneId: string; seatId?: string | null | undefined }[],
): Promise<boolean> {
  const seats = items.flatMap((item) => item.seatId ?? []);
  const zones = [...new Set(items.map((item) => item.zoneId))];
  const [row] = await sql<{ isFree: boolean }[]>`SELECT
    NOT EXISTS (SELECT 1 FROM seat_claims WHERE performance_id = ${performanceId} AND seat_id = ANY (${seats}) AND leg = 0)
    AND NOT EXISTS (SELECT 1 FROM zone_legs WHERE performance_id = ${performanceId} AND zone_id = ANY (${zones}) AND leg = 0
      AND sold >= capacity) AS "isFree"`;
  return row?.isFree === true;
}

/**
 * Inserts every row that core writes for a booking. `countsZones`: also adds to what the zones have sold; a pattern that counts by rows
 * of its own does without.
 */
export async function insertBooking(
  tx: Transaction,
  { row: b, answer }: BookingToWrite,
  { countsZones = true, sends = 'one-by-one' }: { countsZones?: boolean; sends?: Sends } = {},
): Promise<void> {
  await send(sends, [
    tx`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, passengers,
        access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
      VALUES (${b.id}, ${b.holdId}, ${b.performanceId}, ${b.owner}, 'pending_payment', ${b.buyer.name}, ${b.buyer.email},
        ${b.buyer.emailNormalised}, ${tx.json(b.passengers)}, ${Buffer.from(b.accessTokenHash)}, ${b.totalMinor}, ${b.currency},
        ${b.legs[0]}, ${b.legs[1]}, ${b.payBy})`,
    ...b.items.map(
      (item, line) => tx`INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor)
      VALUES (${b.id}, ${line}, ${item.zoneId}, ${item.seatId}, ${item.quantity}, ${item.priceMinor})`,
    ),
    ...seatsOf(b).map(
      (seat) => tx`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      VALUES (${b.performanceId}, ${seat.seatId}, ${b.legs[0]}, ${b.id}, ${seat.zoneId}, 'pending')`,
    ),
    ...(countsZones ? [addSold(tx, b.performanceId, quantitiesByZone(b.items), b.legs)] : []),
    tx`INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency)
      VALUES (${b.payment.id}, ${b.id}, ${b.payment.provider}, 'open', ${b.totalMinor}, ${b.currency})`,
    tx`INSERT INTO checkout_codes (code_hash, payment_id, expires_at)
      VALUES (${Buffer.from(b.payment.codeHash)}, ${b.payment.id}, ${b.payment.codeExpiresAt})`,
    tx`INSERT INTO outbox (id, booking_id, version, kind, payload) VALUES (${newId()}, ${b.id}, 1, 'inventory.apply', '{}')`,
    tx`INSERT INTO booking_history (booking_id, version, actor, action) VALUES (${b.id}, 1, ${`owner:${b.owner}`}, 'created')`,
    tx`INSERT INTO idempotency_keys (caller, key, body_hash, status, answer)
      VALUES (${answer.caller}, ${answer.key}, ${answer.bodyHash}, ${answer.status}, ${answer.answer})`,
  ]);
}

/** The reserved seats of a booking. */
export const seatsOf = ({ items }: Pick<NewBooking, 'items'>) =>
  items.flatMap(({ seatId, zoneId }) => (seatId === null ? [] : [{ seatId, zoneId }]));

/** Confirms a paid booking in a transaction of its own: its row `FOR UPDATE`, then every row that core writes. */
export function payOne(
  sql: Sql,
  { paymentId, captureId, amountMinor, currency }: Capture,
  sends: Sends = 'one-by-one',
): Promise<boolean> {
  return sql.begin(async (tx) => {
    const [booking] = await tx<{ id: string; version: number }[]>`SELECT b.id, b.version + 1 AS version FROM bookings b
      JOIN payments p ON p.booking_id = b.id WHERE p.id = ${paymentId} AND b.status = 'pending_payment'
        AND b.total_minor = ${amountMinor} AND b.currency = ${currency} FOR UPDATE OF b`;
    if (booking === undefined) return false;
    const { id, version } = booking;
    await send(sends, [
      tx`INSERT INTO payment_ledger (payment_id, kind, provider_event, amount_minor, currency)
        VALUES (${paymentId}, 'capture', ${captureId}, ${amountMinor}, ${currency})`,
      tx`UPDATE payments SET status = 'captured' WHERE id = ${paymentId}`,
      tx`UPDATE bookings SET status = 'confirmed', version = ${version}, changed_at = now() WHERE id = ${id}`,
      tx`UPDATE seat_claims SET state = 'sold' WHERE booking_id = ${id}`,
      tx`INSERT INTO booking_history (booking_id, version, actor, action, details)
        VALUES (${id}, ${version}, 'provider', 'paid', ${tx.json({ paymentId, amountMinor })})`,
      tx`INSERT INTO entry_tickets (id, booking_id, ordinal, zone_id, seat_id)
        SELECT gen_random_uuid(), booking_id, row_number() OVER (ORDER BY line, n) - 1, zone_id, seat_id
        FROM booking_items CROSS JOIN LATERAL generate_series(1, quantity) AS n WHERE booking_id = ${id}`,
      tx`INSERT INTO outbox (id, booking_id, version, kind, payload) VALUES (${newId()}, ${id}, ${version}, 'inventory.apply', '{}')`,
    ]);
    return true;
  });
}

/** A statement is sent when it is first waited for. */
async function send(sends: Sends, statements: readonly PromiseLike<unknown>[]): Promise<void> {
  if (sends === 'in-one-go') await Promise.all(statements);
  else for (const statement of statements) await statement;
}
