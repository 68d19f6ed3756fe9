import type { BookingStatus } from '../../contracts/bookings.ts';
import type { OutboxRow } from '../../db/queries/outbox.ts';
import { type PlacedBooking, readPlacedBookings } from '../../db/queries/read-claims.ts';
import { applyClaims, type BookingClaims } from '../../redis/inventory/apply-claims.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import { toPlaces } from '../inventory/places.ts';
import { tellNewOffers } from '../waitlist/tell-offers.ts';
import type { Report } from './outbox-turn.ts';
import { runBatch } from './run-batch.ts';

/** Bookings that one script brings into Redis at most: a millisecond or two of its time. */
const A_SCRIPT = 50;
/** Scripts that one turn has under way at Redis at a time: enough to fill its pipe, some milliseconds of its time. */
const PARALLEL_SCRIPTS = 10;

type Deps = Pick<CoreDeps, 'sql' | 'scripts' | 'catalogue' | 'inventory'>;
/** A booking on its way into Redis, and the rows that ask for it. */
type Ready = { performance: Performance; claims: BookingClaims; rows: OutboxRow[] };
type Script = [Ready, ...Ready[]];
/** A row, and its booking where that is known: as it was written with the row. */
type ToldRow = OutboxRow & { placed?: PlacedBooking };

/**
 * Brings bookings as they are now, or as their newest row knows them, into Redis: rows that come late or twice then say the same, and
 * one booking's rows are one change. Those that are not known are read at once, and those of one performance go in together; but one that has failed before goes alone, so that what is wrong
 * with it puts off nobody else.
 */
export async function applyInventory(deps: Deps, rows: readonly ToldRow[], report: Report): Promise<void> {
  const rowsOf = new Map<string, [ToldRow, ...ToldRow[]]>();
  for (const row of rows) {
    const same = rowsOf.get(row.bookingId);
    if (same === undefined) rowsOf.set(row.bookingId, [row]);
    else same.push(row);
  }
  const unknown = [...rowsOf].filter(([, own]) => newestOf(own).placed === undefined).map(([id]) => id);
  const read = unknown.length === 0 ? [] : await readPlacedBookings(deps.sql, unknown);
  const found = new Map(read.map((booking) => [booking.id, booking]));
  const ready: Ready[] = [];
  for (const [id, own] of rowsOf) {
    try {
      ready.push(await prepare(deps, own, newestOf(own).placed ?? found.get(id)));
    } catch (error) {
      await report(own, async () => {
        throw error;
      });
    }
  }
  const apply = ({ performance }: Ready, together: readonly Ready[]) =>
    deps.inventory.use(performance, () =>
      applyClaims(
        deps.scripts,
        { room: performance.room, performanceId: performance.id },
        together.map((one) => one.claims),
      ),
    );
  const work = ([first, ...others]: Script) =>
    report(
      [first, ...others].flatMap((one) => one.rows),
      async () => void (await apply(first, [first, ...others])),
    );
  await runBatch(toScripts(ready), work, PARALLEL_SCRIPTS);
}

const newestOf = (rows: readonly [ToldRow, ...ToldRow[]]): ToldRow =>
  rows.reduce((newest, row) => (row.version > newest.version ? row : newest));

async function prepare(
  deps: Pick<Deps, 'catalogue' | 'sql' | 'scripts' | 'inventory'>,
  rows: OutboxRow[],
  booking: PlacedBooking | undefined,
): Promise<Ready> {
  const performance = booking && (await deps.catalogue.performance(booking.performanceId));
  if (!booking || !performance) throw new TypeError('the booking or its performance is not here');
  if (booking.isAfterOffers === true) await deps.inventory.use(performance, () => tellNewOffers(deps, performance));
  const { id: bookingId, version, holdId } = booking;
  const places = toPlaces(performance, booking.items, [booking.fromLeg, booking.toLeg]);
  return { performance, rows, claims: { bookingId, version, state: CLAIM_STATES[booking.status], holdId, places } };
}

/** What goes in by one script. */
function toScripts(ready: readonly Ready[]): Script[] {
  const scripts: Script[] = [];
  const filling = new Map<string, Script>();
  for (const one of ready) {
    const isAlone = one.rows.some((row) => row.attempts > 2);
    const fits = isAlone ? undefined : filling.get(one.performance.id);
    if (fits !== undefined && fits.length < A_SCRIPT) {
      fits.push(one);
      continue;
    }
    const next: Script = [one];
    scripts.push(next);
    if (!isAlone) filling.set(one.performance.id, next);
  }
  return scripts;
}

const CLAIM_STATES: Record<BookingStatus, BookingClaims['state']> = {
  pending_payment: 'pending',
  confirmed: 'sold',
  expired: 'free',
  cancelled: 'free',
  refunded: 'free',
};
