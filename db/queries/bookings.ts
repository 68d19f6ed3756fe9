import type { BookingStatus, PaymentStatus } from '../../contracts/bookings.ts';
import type { Sql, Transaction } from '../connect.ts';
import type { BookingItem } from './new-booking.ts';
import { onSale } from './sale-times.ts';
import { isWaitedFor } from './waitlist-entries.ts';

/** A booking's row with what its performance says about it. */
export type BookingRow = {
  id: string;
  holdId: string;
  performanceId: string;
  room: string;
  saleOpen: boolean;
  startsAt: Date;
  owner: string;
  status: BookingStatus;
  version: number;
  buyerName: string;
  buyerEmail: string;
  emailNormalised: string;
  accessTokenHash: Uint8Array;
  totalMinor: number;
  currency: string;
  fromLeg: number;
  toLeg: number;
  payBy: Date;
  now: Date;
};
export type PaymentRow = {
  id: string;
  provider: string;
  status: PaymentStatus;
  amountMinor: number;
  currency: string;
  requestedAt: Date | null;
};
export type WholeBooking = BookingRow & { items: BookingItem[]; payments: PaymentRow[] };
/** A booking under its lock. `isWaited`: somebody waits for places of its performance. */
export type LockedBooking = WholeBooking & { isWaited: boolean };

const columns = (
  sql: Sql | Transaction,
) => sql`b.id, b.hold_id AS "holdId", b.performance_id AS "performanceId", p.room,
  ${onSale(sql)} AS "saleOpen", p.starts_at AS "startsAt", b.owner, b.status, b.version, b.buyer_name AS "buyerName",
  b.buyer_email AS "buyerEmail", b.email_normalised AS "emailNormalised", b.access_token_hash AS "accessTokenHash", b.total_minor AS "totalMinor", b.currency,
  b.from_leg AS "fromLeg", b.to_leg AS "toLeg", b.pay_by AS "payBy", clock_timestamp() AS now`;

/** A booking with its items and payments, or null. Plain reads, no lock: to look at, or to decide and check again under the lock. */
export async function readBooking(sql: Sql | Transaction, id: string): Promise<WholeBooking | null> {
  const [[row], items, payments] = await Promise.all([
    sql<
      BookingRow[]
    >`SELECT ${columns(sql)} FROM bookings b JOIN performances p ON p.id = b.performance_id WHERE b.id = ${id}`,
    readItems(sql, id),
    readPayments(sql, id),
  ]);
  return row === undefined ? null : { ...row, items, payments };
}

/** The booking made of a hold, or null. A plain read. */
export async function findBookingOfHold(sql: Sql, holdId: string): Promise<{ id: string; payBy: Date } | null> {
  const [row] = await sql<
    { id: string; payBy: Date }[]
  >`SELECT id, pay_by AS "payBy" FROM bookings WHERE hold_id = ${holdId}`;
  return row ?? null;
}

/**
 * Locks a booking for a change of state. READ COMMITTED, `FOR UPDATE`. `zones` locks the zone rows first, in the order every
 * writer keeps; it is needed where seats are freed or taken again.
 */
export async function lockBooking(
  tx: Transaction,
  id: string,
  { zones }: { zones: boolean },
): Promise<LockedBooking | null> {
  if (zones) {
    await tx`SELECT 1 FROM zone_legs z JOIN bookings b ON b.performance_id = z.performance_id
      WHERE b.id = ${id} AND z.leg >= b.from_leg AND z.leg < b.to_leg
        AND z.zone_id IN (SELECT zone_id FROM booking_items WHERE booking_id = ${id})
      ORDER BY z.zone_id, z.leg FOR UPDATE OF z`;
  }
  const [[row], items, payments] = await Promise.all([
    tx<
      (BookingRow & { isWaited: boolean })[]
    >`SELECT ${columns(tx)}, ${isWaitedFor(tx, tx`b.performance_id`)} AS "isWaited"
      FROM bookings b JOIN performances p ON p.id = b.performance_id WHERE b.id = ${id} FOR UPDATE OF b`,
    readItems(tx, id),
    readPayments(tx, id),
  ]);
  return row === undefined ? null : { ...row, items, payments };
}

const readItems = (sql: Sql | Transaction, id: string): PromiseLike<BookingItem[]> =>
  sql<BookingItem[]>`SELECT zone_id AS "zoneId", seat_id AS "seatId", quantity, price_minor AS "priceMinor",
      block_id AS "blockId"
    FROM booking_items WHERE booking_id = ${id} ORDER BY line`;

const readPayments = (sql: Sql | Transaction, id: string): PromiseLike<PaymentRow[]> =>
  sql<PaymentRow[]>`SELECT id, provider, status, amount_minor AS "amountMinor", currency, requested_at AS "requestedAt"
    FROM payments WHERE booking_id = ${id} ORDER BY created_at, id`;
