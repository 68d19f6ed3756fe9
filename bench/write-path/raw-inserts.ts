import type { BookingDraft } from '../../core/bookings/commit-booking.ts';
import { arrayLiteral as list } from '../../db/array-literal.ts';
import type { Sql } from '../../db/connect.ts';
import { toBatchColumns } from '../../db/queries/booking-batch.ts';

/** The bare rows of a batch by `unnest`, in one statement: nothing is judged, no zone is counted. What Postgres can do at most. */
export async function insertRaw(sql: Sql, drafts: readonly BookingDraft[]): Promise<void> {
  const batch = drafts.map(({ row, keyed, body }) => {
    const { caller, key, bodyHash } = keyed;
    return { row, answer: { caller, key, bodyHash, status: 201, answer: JSON.stringify(body) } };
  });
  const { request: r, item: i } = toBatchColumns(batch);
  const bookingIds = i.ord.map((ord) => r.id[ord] ?? '');
  const seats = i.ord.flatMap((ord, n) => (i.seatId[n] === null ? [] : [{ ord, n }]));
  await sql`WITH b AS (
      INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, passengers,
        access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
      SELECT id, hold_id, performance_id, owner, 'pending_payment', name, email, normalised, passengers, decode(token, 'hex'), total,
        currency, from_leg, to_leg, pay_by
      FROM unnest(${list(r.id)}::uuid[], ${list(r.holdId)}::text[], ${list(r.performanceId)}::text[], ${list(r.owner)}::text[],
        ${list(r.buyerName)}::text[], ${list(r.buyerEmail)}::text[], ${list(r.emailNormalised)}::text[], ${list(r.passengers)}::jsonb[],
        ${list(r.tokenHash)}::text[], ${list(r.totalMinor)}::bigint[], ${list(r.currency)}::text[], ${list(r.fromLeg)}::int[],
        ${list(r.toLeg)}::int[], ${list(r.payBy)}::timestamptz[])
        AS x (id, hold_id, performance_id, owner, name, email, normalised, passengers, token, total, currency, from_leg, to_leg, pay_by)),
    i AS (INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor)
      SELECT * FROM unnest(${list(bookingIds)}::uuid[], ${list(i.line)}::int[], ${list(i.zoneId)}::text[], ${list(i.seatId)}::text[],
        ${list(i.quantity)}::int[], ${list(i.priceMinor)}::bigint[])),
    c AS (INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      SELECT performance_id, seat_id, leg, booking_id, zone_id, 'pending'
      FROM unnest(${list(seats.map(({ ord }) => r.performanceId[ord] ?? ''))}::text[], ${list(seats.map(({ n }) => i.seatId[n] ?? ''))}::text[],
        ${list(seats.map(({ ord }) => r.fromLeg[ord] ?? 0))}::int[], ${list(seats.map(({ n }) => bookingIds[n] ?? ''))}::uuid[],
        ${list(seats.map(({ n }) => i.zoneId[n] ?? ''))}::text[]) AS x (performance_id, seat_id, leg, booking_id, zone_id)),
    p AS (INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency)
      SELECT id, booking_id, provider, 'open', amount, currency FROM unnest(${list(r.paymentId)}::uuid[], ${list(r.id)}::uuid[],
        ${list(r.provider)}::text[], ${list(r.totalMinor)}::bigint[], ${list(r.currency)}::text[]) AS x (id, booking_id, provider, amount, currency)),
    k AS (INSERT INTO checkout_codes (code_hash, payment_id, expires_at)
      SELECT decode(hash, 'hex'), payment_id, expires_at FROM unnest(${list(r.codeHash)}::text[], ${list(r.paymentId)}::uuid[],
        ${list(r.codeExpiresAt)}::timestamptz[]) AS x (hash, payment_id, expires_at)),
    o AS (INSERT INTO outbox (id, booking_id, version, kind, payload)
      SELECT gen_random_uuid(), booking_id, 1, 'inventory.apply', '{}' FROM unnest(${list(r.id)}::uuid[]) AS x (booking_id)),
    h AS (INSERT INTO booking_history (booking_id, version, actor, action)
      SELECT booking_id, 1, 'owner:' || owner, 'created' FROM unnest(${list(r.id)}::uuid[], ${list(r.owner)}::text[]) AS x (booking_id, owner))
    INSERT INTO idempotency_keys (caller, key, body_hash, status, answer)
    SELECT * FROM unnest(${list(r.caller)}::text[], ${list(r.key)}::text[], ${list(r.bodyHash)}::text[], ${list(r.status)}::int[], ${list(r.answer)}::text[])`;
}
