import type { Sql } from '../../db/connect.ts';
import type { MadeCatalogue } from './made-catalogue.ts';

/** Writes a made catalogue in two statements; the triggers make it found. */
export async function loadCatalogue(sql: Sql, { venues, events }: MadeCatalogue): Promise<void> {
  await sql`
    INSERT INTO venues (id, name, city, country, time_zone, aliases)
    SELECT id, name, city, 'GB', 'Europe/London', array(SELECT jsonb_array_elements_text(aliases))
    FROM jsonb_to_recordset(${JSON.stringify(venues)}::text::jsonb) AS v (id text, name text, city text, aliases jsonb)`;
  await sql`
    INSERT INTO events (id, kind, name, venue_id, performers, aliases)
    SELECT id, 'event', name, "venueId", array(SELECT jsonb_array_elements_text(performers)), array(SELECT jsonb_array_elements_text(aliases))
    FROM jsonb_to_recordset(${JSON.stringify(events)}::text::jsonb)
      AS e (id text, name text, "venueId" text, performers jsonb, aliases jsonb)`;
  await sql`ANALYZE events, event_search, search_words`;
}
