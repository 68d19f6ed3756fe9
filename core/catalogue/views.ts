import { saleAt, saleEndMs } from '../../contracts/sale.ts';
import type { AvailabilityView, EventView, PerformanceSummary, PerformanceView } from '../../contracts/catalogue.ts';
import type { ListedEvent } from '../../db/queries/list-events.ts';
import { isoTime } from '../../platform/clock.ts';
import { availabilityOn, type InventorySnapshot } from '../../redis/inventory/availability.ts';
import type { LegRange, Performance } from './performance.ts';

/** An event as API.md shows it; `status` is what the times come to now. */
export const toEventView = (event: ListedEvent, nowMs: number): EventView => ({
  id: event.id,
  kind: event.kind,
  name: event.name,
  venue: event.venue,
  performances: event.performances.map((performance) => toSummary(performance, nowMs)),
});

function toSummary(performance: ListedEvent['performances'][number], nowMs: number): PerformanceSummary {
  const { id, timeZone, room, currency, fromPriceMinor, onSaleAt } = performance;
  const startsAt = isoTime(performance.startsAt.getTime());
  const opens = onSaleAt === null ? {} : { onSaleAt: isoTime(onSaleAt.getTime()) };
  return {
    id,
    startsAt,
    timeZone,
    room,
    status: saleAt({ ...performance, startsAt, onSaleAt: opens.onSaleAt ?? null }, nowMs),
    ...opens,
    fromPrice: fromPriceMinor === null ? null : { amountMinor: fromPriceMinor, currency },
  };
}

/**
 * A performance as API.md shows it, with what is free on the legs asked for, and where its live states come from; `status` is what the
 * times come to now.
 */
export function toPerformanceView(
  performance: Performance,
  snapshot: InventorySnapshot,
  legs: LegRange,
  { feedUrl, nowMs }: { feedUrl: string; nowMs: number },
): PerformanceView {
  const free = new Map(availabilityOn(snapshot, legs).zones.map((zone) => [zone.id, zone.available]));
  const { id, eventId, startsAt, timeZone, room, currency, stops, holdLimit, onSaleAt, placesPerBuyer } = performance;
  const endMs = saleEndMs(performance);
  return {
    id,
    eventId,
    startsAt,
    timeZone,
    room,
    status: saleAt(performance, nowMs),
    ...(onSaleAt === undefined || onSaleAt === null ? {} : { onSaleAt }),
    ...(endMs === null ? {} : { salesEndAt: isoTime(endMs) }),
    ...(placesPerBuyer === undefined || placesPerBuyer === null ? {} : { placesPerBuyer }),
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
