import type { SeatMap } from '../../contracts/catalogue.ts';
import type { RoomSettings } from '../../contracts/room-settings.ts';
import type { Transaction } from '../connect.ts';
import type { PerformanceFacts } from './read-catalogue.ts';
import { insertSeatMap } from './seat-maps.ts';
import { roomColumns } from './room-columns.ts';

/*
 * Adding what is sold, each thing once: a row that is there already stays as it is. Plain inserts at read committed; two
 * callers at once wait for each other on the key and the second adds nothing.
 */

/** `aliases`: other names that people look for it by; none unless they are given. */
export type NewVenue = {
  id: string;
  name: string;
  city: string;
  country: string;
  timeZone: string;
  aliases?: string[];
};
export type NewEvent = {
  id: string;
  kind: 'event' | 'train';
  name: string;
  venueId: string | null;
  performers?: string[];
  aliases?: string[];
};

/** Adds a room with its settings and the seed of its draw. False when the room exists. */
export async function addRoom(tx: Transaction, id: string, settings: RoomSettings, drawSeed: string): Promise<boolean> {
  const columns = roomColumns(tx, settings, { id, drawSeed });
  const rows = await tx`INSERT INTO rooms ${tx(columns)} ON CONFLICT (id) DO NOTHING RETURNING id`;
  return rows.length === 1;
}

/** Adds a venue. False when it exists. */
export async function addVenue(tx: Transaction, venue: NewVenue): Promise<boolean> {
  const rows = await tx`
    INSERT INTO venues (id, name, city, country, time_zone, aliases)
    VALUES (${venue.id}, ${venue.name}, ${venue.city}, ${venue.country}, ${venue.timeZone}, ${venue.aliases ?? []})
    ON CONFLICT (id) DO NOTHING RETURNING id`;
  return rows.length === 1;
}

/** Adds an event without performances. False when it exists. */
export async function addEvent(tx: Transaction, event: NewEvent): Promise<boolean> {
  const rows = await tx`
    INSERT INTO events (id, kind, name, venue_id, performers, aliases)
    VALUES (${event.id}, ${event.kind}, ${event.name}, ${event.venueId}, ${event.performers ?? []}, ${event.aliases ?? []})
    ON CONFLICT (id) DO NOTHING RETURNING id`;
  return rows.length === 1;
}

/** Adds a seat map whose zones bring no names or prices. False when a map of this id exists, whatever it holds. */
export async function addSeatMap(tx: Transaction, id: string, map: SeatMap): Promise<boolean> {
  const zones = map.zones.map((zone) => {
    const seats = zone.rows.reduce((sum, row) => sum + row.seats.length, 0);
    return { id: zone.id, name: zone.id, kind: 'reserved' as const, capacity: seats };
  });
  const seated = zones.filter(({ capacity }) => capacity > 0);
  return insertSeatMap(tx, { id, text: JSON.stringify(map), currency: null, zones: seated });
}

/**
 * Adds a performance whole: stops, zones, and nothing sold on any leg. False when it exists; then nothing of it is touched, so
 * what is sold stays. Its event, room and seat map must exist.
 */
export async function addPerformance(tx: Transaction, performance: PerformanceFacts): Promise<boolean> {
  const { id, eventId, room, startsAt, timeZone, currency, status, seatMapId, legCount } = performance;
  const { onSaleAt = null, salesCutOffSeconds = null, placesPerBuyer = null } = performance;
  const rows = await tx`
    INSERT INTO performances (id, event_id, room, starts_at, time_zone, currency, status, seat_map_id, leg_count, on_sale_at,
      sales_cut_off_seconds, places_per_buyer)
    VALUES (${id}, ${eventId}, ${room}, ${startsAt}, ${timeZone}, ${currency}, ${status}, ${seatMapId}, ${legCount}, ${onSaleAt},
      ${salesCutOffSeconds}, ${placesPerBuyer})
    ON CONFLICT (id) DO NOTHING RETURNING id`;
  if (rows.length === 0) return false;
  const { stops } = performance;
  // In one go: search makes the event's document anew for each statement that adds stops.
  await tx`INSERT INTO performance_stops (performance_id, ordinal, code, name, arrives_at, departs_at)
    SELECT ${id}, stop.ordinal - 1, stop.code, stop.name, stop.arrives_at, stop.departs_at
    FROM unnest(${stops.map((stop) => stop.code)}::text[], ${stops.map((stop) => stop.name)}::text[],
      ${stops.map((stop) => stop.arrivesAt)}::timestamptz[], ${stops.map((stop) => stop.departsAt)}::timestamptz[])
      WITH ORDINALITY AS stop (code, name, arrives_at, departs_at, ordinal)`;
  for (const [ordinal, zone] of performance.zones.entries()) {
    await tx`INSERT INTO zones (performance_id, id, ordinal, name, kind, class, quota, price_minor, fee_minor, capacity)
      VALUES (${id}, ${zone.id}, ${ordinal}, ${zone.name}, ${zone.kind}, ${zone.class ?? null}, ${zone.quota ?? null},
        ${zone.priceMinor}, ${zone.feeMinor ?? 0}, ${zone.capacity})`;
  }
  await tx`INSERT INTO zone_legs (performance_id, zone_id, leg, capacity)
    SELECT performance_id, id, leg, capacity FROM zones CROSS JOIN generate_series(0, ${legCount}::integer - 1) AS leg
    WHERE performance_id = ${id}`;
  return true;
}
