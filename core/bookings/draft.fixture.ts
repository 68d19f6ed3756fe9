import type { Sql } from '../../db/connect.ts';
import { systemClock } from '../../platform/clock.ts';
import { newId } from '../../platform/id.ts';
import { SHOW } from '../core-world.fixture.ts';
import type { BookingDraft } from './commit-booking.ts';
import { hashSecret } from './secrets.ts';

/** A booking of these seats and standing places that never saw Redis: Postgres alone has to judge it. */
export function draft(seats: string[], standing = 0, owner = newId()): BookingDraft {
  const items = seats.map((seatId) => ({ zoneId: 'stalls', seatId, quantity: 1, priceMinor: 5000 }));
  const places = standing === 0 ? [] : [{ zoneId: 'standing', seatId: null, quantity: standing, priceMinor: 2000 }];
  const id = newId();
  const later = new Date(systemClock.nowMs() + 600_000);
  return {
    keyed: { caller: `owner:${owner}`, key: newId(), bodyHash: 'hash', credential: null },
    body: { bookingId: id },
    row: {
      id,
      holdId: newId(),
      performanceId: SHOW,
      owner,
      passengers: [],
      accessTokenHash: hashSecret('bk_test'),
      currency: 'EUR',
      buyer: { name: 'Ada', email: 'ada@example.org', emailNormalised: 'ada@example.org' },
      totalMinor: [...items, ...places].reduce((sum, item) => sum + item.quantity * item.priceMinor, 0),
      legs: [0, 1],
      items: [...items, ...places],
      payBy: later,
      payment: { id: newId(), provider: 'sandbox', codeHash: hashSecret(id), codeExpiresAt: later },
    },
  };
}

/** Empties every table of bookings; those of zones stay as they are. */
export const forgetBookings = (sql: Sql) =>
  sql`TRUNCATE bookings, booking_items, seat_claims, payments, checkout_codes, payment_ledger, outbox, booking_history, entry_tickets,
    notifications, webhook_deliveries, idempotency_keys CASCADE`;
