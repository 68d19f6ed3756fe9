import type { BookingStatus } from '../../contracts/bookings.ts';
import type { OutboxRow } from '../../db/queries/outbox.ts';
import { type PlacedBooking, readPlacedBookings } from '../../db/queries/read-claims.ts';
import { applyClaims, type BookingClaims } from '../../redis/inventory/apply-claims.ts';
import type { CoreDeps } from '../deps.ts';
import { toPlaces } from '../inventory/places.ts';
import type { Report } from './outbox-turn.ts';
import { runBatch } from './run-batch.ts';

/** Scripts that one turn has under way at Redis at a time: enough to fill its pipe, some milliseconds of its time. */
const PARALLEL_SCRIPTS = 50;

/**
 * Brings bookings as they are now into Redis: rows that come late or twice then say the same, and one booking's rows need one
 * script. All bookings are read at once.
 */
export async function applyInventory(
  deps: Pick<CoreDeps, 'sql' | 'scripts' | 'catalogue' | 'inventory'>,
  rows: readonly OutboxRow[],
  report: Report,
): Promise<void> {
  const ids = [...new Set(rows.map((row) => row.bookingId))];
  const found = new Map((await readPlacedBookings(deps.sql, ids)).map((booking) => [booking.id, booking]));
  const work = (id: string) => {
    const own = rows.filter((row) => row.bookingId === id);
    return report(own, () => applyOne(deps, found.get(id)));
  };
  await runBatch(ids, work, PARALLEL_SCRIPTS);
}

async function applyOne(
  deps: Pick<CoreDeps, 'scripts' | 'catalogue' | 'inventory'>,
  booking: PlacedBooking | undefined,
): Promise<void> {
  const performance = booking && (await deps.catalogue.performance(booking.performanceId));
  if (!booking || !performance) throw new TypeError('the booking or its performance is not here');
  const { id: bookingId, version, holdId } = booking;
  const places = toPlaces(performance, booking.items, [booking.fromLeg, booking.toLeg]);
  const claims = { bookingId, version, state: CLAIM_STATES[booking.status], holdId, places };
  const inventory = { room: performance.room, performanceId: performance.id };
  await deps.inventory.use(performance, () => applyClaims(deps.scripts, inventory, claims));
}

const CLAIM_STATES: Record<BookingStatus, BookingClaims['state']> = {
  pending_payment: 'pending',
  confirmed: 'sold',
  expired: 'free',
  cancelled: 'free',
  refunded: 'free',
};
