import type { AvailabilityView, EventView, PerformanceView } from '../../contracts/catalogue.ts';
import type { ListedEvent } from '../../db/queries/list-events.ts';
import { isoTime } from '../../platform/clock.ts';
import { availabilityOn, type InventorySnapshot } from '../../redis/inventory/availability.ts';
import type { LegRange, Performance } from './performance.ts';

/** An event as API.md shows it. */
export const toEventView = (event: ListedEvent): EventView => ({
  id: event.id,
  kind: event.kind,
  name: event.name,
  venue: event.venue,
  performances: event.performances.map(({ id, startsAt, timeZone, room, status, currency, fromPriceMinor }) => ({
    id,
    startsAt: isoTime(startsAt.getTime()),
    timeZone,
    room,
    status,
    fromPrice: fromPriceMinor === null ? null : { amountMinor: fromPriceMinor, currency },
  })),
});

/** A performance as API.md shows it, with what is free on the legs asked for, and where its live states come from. */
export function toPerformanceView(
  performance: Performance,
  snapshot: InventorySnapshot,
  legs: LegRange,
  feedUrl: string,
): PerformanceView {
  const free = new Map(availabilityOn(snapshot, legs).zones.map((zone) => [zone.id, zone.available]));
  const { id, eventId, startsAt, timeZone, room, status, currency, stops, holdLimit } = performance;
  return {
    id,
    eventId,
    startsAt,
    timeZone,
    room,
    status,
    currency,
    ...(stops.length === 0 ? {} : { stops }),
    zones: performance.zones.map((zone) => ({ ...zone, available: free.get(zone.id) ?? 0 })),
    feedUrl,
    ...(holdLimit === undefined ? {} : { holdLimit }),
  };
}

/** What is free on the legs asked for, as API.md shows it. */
export function toAvailabilityView(snapshot: InventorySnapshot, legs: LegRange): AvailabilityView {
  const { zones, states } = availabilityOn(snapshot, legs);
  return { version: snapshot.version, zones, states: Buffer.from(states).toString('base64') };
}
