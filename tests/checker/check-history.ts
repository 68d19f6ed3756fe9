import { HARD_CAP_MS } from '../../core/bookings/expire-booking.ts';
import { checkMoney } from './check-money.ts';
import { checkOffers, offeredOn } from './check-offers.ts';
import { type BookingRow, legsOf, type StoredState, type Told } from './history.ts';

/**
 * Judges what clients were told against what the stores hold once all is at rest (DESIGN §9, BOOKING §9). Returns what is wrong, a
 * line each; nothing when all is well. Pure.
 */
export function checkHistory(told: readonly Told[], state: StoredState): string[] {
  return [
    ...checkAcknowledged(told, state),
    ...checkHolds(state),
    ...checkSeats(state),
    ...checkZones(state),
    ...checkOffers(told, state),
    ...checkMoney(state),
    ...checkUnpaid(state),
    ...checkInventory(state),
    ...Object.entries(state.waiting).flatMap(([queue, count]) => (count > 0 ? [`${count} rows wait in ${queue}`] : [])),
  ];
}

const isActive = ({ status }: BookingRow): boolean => status === 'pending_payment' || status === 'confirmed';

/** Each acknowledged booking is there once, with the seats, places and total that were acknowledged; a cancelled one stays so. */
function checkAcknowledged(told: readonly Told[], { bookings }: StoredState): string[] {
  return told.flatMap((one) => {
    if (one.kind === 'joined' || one.kind === 'accepted') return [];
    const rows = bookings.filter((row) => row.id === one.bookingId);
    const [row] = rows;
    if (row === undefined || rows.length > 1) return [`${one.kind} ${one.bookingId} is there ${rows.length} times`];
    if (one.kind === 'cancelled') return isActive(row) ? [`cancelled ${one.bookingId} is ${row.status} again`] : [];
    const wanted = placesText(one.seats, one.places) + ` ${one.totalMinor} ${one.currency} ${one.holdId}`;
    const seats = row.items.flatMap((item) => item.seatId ?? []);
    const places: Record<string, number> = {};
    for (const { zoneId, seatId, quantity } of row.items)
      if (seatId === null) places[zoneId] = (places[zoneId] ?? 0) + quantity;
    const found = placesText(seats, places) + ` ${row.totalMinor} ${row.currency} ${row.holdId}`;
    return wanted === found ? [] : [`booked ${one.bookingId} was told as ${wanted}, is ${found}`];
  });
}

const placesText = (seats: string[], places: Record<string, number>): string =>
  JSON.stringify([seats.toSorted(), Object.entries(places).toSorted(([a], [b]) => a.localeCompare(b))]);

function checkHolds({ bookings }: StoredState): string[] {
  return countBy(bookings.map((row) => row.holdId)).flatMap(([hold, count]) =>
    count > 1 ? [`hold ${hold} has ${count} bookings`] : [],
  );
}

/** No seat on a leg twice, and claims are exactly what the bookings that have places say. */
function checkSeats({ bookings, claims }: StoredState): string[] {
  const keyOf = (performanceId: string, seatId: string, leg: number) => `${performanceId}/${seatId}/${leg}`;
  const sold = countBy(claims.map((claim) => keyOf(claim.performanceId, claim.seatId, claim.leg)));
  const wanted = bookings
    .filter(isActive)
    .flatMap((row) =>
      row.items.flatMap(({ seatId }) =>
        seatId === null
          ? []
          : legsOf(row).map((leg) => `${keyOf(row.performanceId, seatId, leg)} ${row.id} ${stateOf(row)}`),
      ),
    );
  const found = claims.flatMap((c) =>
    c.bookingId === null ? [] : [`${keyOf(c.performanceId, c.seatId, c.leg)} ${c.bookingId} ${c.state}`],
  );
  return [
    ...sold.flatMap(([seat, count]) => (count > 1 ? [`seat ${seat} is sold ${count} times`] : [])),
    ...differences('claim', wanted, found),
  ];
}

/** What a zone says it has sold on a leg is what the bookings have of it, and no more than there is; the rest is offered, blocked or free. */
function checkZones(state: StoredState): string[] {
  const { bookings, zoneLegs } = state;
  return zoneLegs.flatMap((zoneLeg) => {
    const { performanceId, zoneId, leg, capacity, sold, blocked, free } = zoneLeg;
    const offered = offeredOn(state, zoneLeg);
    const has = bookings
      .filter((row) => isActive(row) && row.performanceId === performanceId && legsOf(row).includes(leg))
      .flatMap((row) => row.items.filter((item) => item.zoneId === zoneId))
      .reduce((sum, item) => sum + item.quantity, 0);
    const name = `zone ${performanceId}/${zoneId}/${leg}`;
    return [
      ...(has === sold ? [] : [`${name} says ${sold} sold, bookings have ${has}`]),
      ...(has <= capacity ? [] : [`${name} has ${capacity} places, ${has} are sold`]),
      ...(free === capacity - sold - offered - blocked
        ? []
        : [`${name} has ${free} free of ${capacity}: ${sold} sold, ${offered} offered, ${blocked} blocked`]),
    ];
  });
}

function checkUnpaid({ bookings }: StoredState): string[] {
  return bookings.flatMap(({ id, status, overdueMs }) =>
    status === 'pending_payment' && overdueMs > HARD_CAP_MS ? [`unpaid ${id} keeps its seats for too long`] : [],
  );
}

/** The inventory shows as taken what is claimed, what is offered included, and nothing else. */
function checkInventory({ claims, zoneLegs, inventory }: StoredState): string[] {
  if (inventory === undefined) return [];
  const wanted = claims.map((c) => `${c.performanceId}/${c.seatId}/${c.leg} ${c.state}`);
  const found = [...inventory.seats].map(([seat, state]) => `${seat} ${state}`);
  const free = zoneLegs.flatMap(({ performanceId, zoneId, leg, free: has }) => {
    const there = inventory.free.get(`${performanceId}/${zoneId}/${leg}`);
    return there === undefined || there === has
      ? []
      : [`the inventory has ${there} free of ${zoneId}/${leg}, Postgres ${has}`];
  });
  return [...differences('inventory: seat', wanted, found), ...free];
}

const stateOf = ({ status }: BookingRow) => (status === 'confirmed' ? 'sold' : 'pending');

function differences(what: string, wanted: string[], found: string[]): string[] {
  const [want, have] = [new Set(wanted), new Set(found)];
  return [
    ...wanted.flatMap((one) => (have.has(one) ? [] : [`${what} ${one} is missing`])),
    ...found.flatMap((one) => (want.has(one) ? [] : [`${what} ${one} belongs to nobody`])),
  ];
}

function countBy(keys: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts];
}
