import { type BookingRow, legsOf, type OfferRow, type StoredState, type Told } from './history.ts';

/**
 * Offers of the waitlist (BOOKING §7): who was told of a place in it has one; an offered seat is its owner's alone while the offer stands,
 * neither offered nor sold to anybody else; the hold that was made of it is theirs, and who has booked has one booking of it. Pure.
 */
export function checkOffers(told: readonly Told[], state: StoredState): string[] {
  return [...checkEntries(told, state), ...checkOverlaps(state), ...checkClaims(state), ...checkBooked(state)];
}

function checkEntries(told: readonly Told[], { entries, offers }: StoredState): string[] {
  return told.flatMap((one) => {
    if (one.kind !== 'joined' && one.kind !== 'accepted') return [];
    const there = entries.filter(({ id }) => id === one.entryId).length;
    if (there !== 1) return [`entry ${one.entryId} is there ${there} times`];
    if (one.kind === 'joined') return [];
    const offer = offers.find(({ holdId }) => holdId === one.holdId);
    if (offer?.entryId !== one.entryId)
      return [`hold ${one.holdId} was accepted by ${one.entryId}, and is not of its offer`];
    const seats = offer.items.flatMap(({ seatId }) => seatId ?? []);
    return seats.toSorted().join() === one.seats.toSorted().join()
      ? []
      : [`hold ${one.holdId} was told as ${one.seats.join()}, its offer is ${seats.join()}`];
  });
}

/** No seat on a leg is offered twice at a time, or booked by somebody else while it is offered. */
function checkOverlaps({ offers, bookings }: StoredState): string[] {
  const endOf = (offer: OfferRow) => offer.endedAtMs ?? Number.POSITIVE_INFINITY;
  return offers.flatMap((offer, i) => [
    ...offers
      .slice(i + 1)
      .filter((other) => other.offeredAtMs < endOf(offer) && offer.offeredAtMs < endOf(other))
      .flatMap((other) =>
        sharedSeats(offer, other).map((seat) => `${seat} is offered by ${offer.id} and ${other.id} at a time`),
      ),
    ...bookings
      .filter(
        (row) => row.createdAtMs > offer.offeredAtMs && row.createdAtMs < endOf(offer) && row.holdId !== offer.holdId,
      )
      .flatMap((row) => sharedSeats(offer, row).map((seat) => `${seat} was booked by ${row.id} while it was offered`)),
  ]);
}

type Placed = Pick<BookingRow, 'performanceId' | 'fromLeg' | 'toLeg' | 'items'>;

function sharedSeats(one: Placed, other: Placed): string[] {
  const isApart = one.fromLeg >= other.toLeg || other.fromLeg >= one.toLeg;
  if (isApart || one.performanceId !== other.performanceId) return [];
  const seats = new Set(one.items.map(({ seatId }) => seatId));
  return other.items.flatMap(({ seatId }) => (seatId !== null && seats.has(seatId) ? [`seat ${seatId}`] : []));
}

/** Seats that are claimed as offered are those of open offers that nobody has booked. */
function checkClaims(state: StoredState): string[] {
  const claimed = state.claims
    .filter((claim) => claim.state === 'offered')
    .map((c) => `${c.seatId}/${c.leg} ${c.blockId}`);
  const wanted = openOffers(state).flatMap((offer) =>
    offer.items.flatMap(({ seatId }) =>
      seatId === null ? [] : legsOf(offer).map((leg) => `${seatId}/${leg} ${offer.id}`),
    ),
  );
  return [
    ...wanted.filter((one) => !claimed.includes(one)).map((one) => `offered seat ${one} is not claimed`),
    ...claimed.filter((one) => !wanted.includes(one)).map((one) => `seat ${one} is claimed for no open offer`),
  ];
}

/** An entry that has booked has one booking of one of its offers, and one that has not has none that stands. */
function checkBooked({ entries, offers, bookings }: StoredState): string[] {
  return entries.flatMap(({ id, state }) => {
    const holds = new Set(offers.filter((offer) => offer.entryId === id).map(({ holdId }) => holdId));
    const count = bookings.filter(({ holdId }) => holds.has(holdId)).length;
    return count === (state === 'booked' ? 1 : 0) ? [] : [`entry ${id} is ${state} and has ${count} bookings`];
  });
}

/** Offers that stand and are not booked: a booking ends its offer a moment later. */
const openOffers = ({ offers, bookings }: StoredState): OfferRow[] =>
  offers.filter(({ endedAtMs, holdId }) => endedAtMs === null && bookings.every((row) => row.holdId !== holdId));

/** How many places of a zone are offered on a leg. */
export const offeredOn = (
  state: StoredState,
  { performanceId, zoneId, leg }: { performanceId: string; zoneId: string; leg: number },
): number =>
  openOffers(state)
    .filter((offer) => offer.performanceId === performanceId && legsOf(offer).includes(leg))
    .flatMap((offer) => offer.items.filter((item) => item.zoneId === zoneId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
