import type { Sql, Transaction } from '../connect.ts';
import type { NewEvent, NewVenue } from './add-catalogue.ts';

/*
 * Venues and events as operators edit them. A row is locked by `FOR NO KEY UPDATE` before it is judged and changed (READ COMMITTED): who
 * comes second sees what the first has written, and whoever only refers to the row waits for nobody.
 */

export type VenueRow = Required<NewVenue> & { version: number };
export type EventRow = Required<NewEvent> & { version: number };

/** Locks a venue; null when there is none. */
export async function lockVenue(tx: Transaction, id: string): Promise<VenueRow | null> {
  const [row] = await tx<VenueRow[]>`SELECT ${venueColumns(tx)} FROM venues WHERE id = ${id} FOR NO KEY UPDATE`;
  return row ?? null;
}

/** Writes a venue and counts its version. Needs `lockVenue`. */
export async function writeVenue(tx: Transaction, venue: Required<NewVenue>): Promise<void> {
  await tx`UPDATE venues SET name = ${venue.name}, city = ${venue.city}, country = ${venue.country},
    time_zone = ${venue.timeZone}, aliases = ${venue.aliases}, version = version + 1 WHERE id = ${venue.id}`;
}

/** Venues in order of their ids, after a cursor. A plain read. */
export async function pageOfVenues(sql: Sql, after: string, limit: number): Promise<VenueRow[]> {
  return sql<VenueRow[]>`SELECT ${venueColumns(sql)} FROM venues WHERE id > ${after} ORDER BY id LIMIT ${limit}`;
}

/** One venue; null when there is none. A plain read. */
export async function readVenue(sql: Sql | Transaction, id: string): Promise<VenueRow | null> {
  const [row] = await sql<VenueRow[]>`SELECT ${venueColumns(sql)} FROM venues WHERE id = ${id}`;
  return row ?? null;
}

/**
 * Holds a venue as it is until the transaction ends, for an event that is to name it: search writes the venue into the event's document.
 * False when there is none.
 */
export async function keepVenue(tx: Transaction, id: string): Promise<boolean> {
  return (await tx`SELECT FROM venues WHERE id = ${id} FOR SHARE`).length === 1;
}

/** Locks an event; null when there is none. */
export async function lockEvent(tx: Transaction, id: string): Promise<EventRow | null> {
  const [row] = await tx<EventRow[]>`SELECT ${eventColumns(tx)} FROM events WHERE id = ${id} FOR NO KEY UPDATE`;
  return row ?? null;
}

/** Writes an event and counts its version. Needs `lockEvent`. */
export async function writeEvent(tx: Transaction, event: Required<NewEvent>): Promise<void> {
  await tx`UPDATE events SET name = ${event.name}, venue_id = ${event.venueId}, performers = ${event.performers},
    aliases = ${event.aliases}, version = version + 1 WHERE id = ${event.id}`;
}

/** Events in order of their ids, after a cursor. A plain read. */
export async function pageOfEvents(sql: Sql, after: string, limit: number): Promise<EventRow[]> {
  return sql<EventRow[]>`SELECT ${eventColumns(sql)} FROM events WHERE id > ${after} ORDER BY id LIMIT ${limit}`;
}

/** One event; null when there is none. A plain read. */
export async function readEvent(sql: Sql | Transaction, id: string): Promise<EventRow | null> {
  const [row] = await sql<EventRow[]>`SELECT ${eventColumns(sql)} FROM events WHERE id = ${id}`;
  return row ?? null;
}

const venueColumns = (sql: Sql | Transaction) =>
  sql`id, name, city, country, time_zone AS "timeZone", aliases, version`;
const eventColumns = (sql: Sql | Transaction) =>
  sql`id, kind, name, venue_id AS "venueId", performers, aliases, version`;
