import type { Sql } from '../../db/connect.ts';
import { addRoom } from '../../db/queries/add-catalogue.ts';
import { DEFAULT_ROOM_SETTINGS } from '../../contracts/room-settings.ts';

export type Size = { events: number; trains: number; runs: number; syllables: number };

/** The room that protects it all; nothing of it is on sale, so that core keeps no inventory of it. */
const ROOM = 'catalogue';
const SEAT_MAP = 'map';
const STOPS = 8;
/** Stations are numbered; a run goes from one to the next seven. */
export const STATIONS = 2000;
/** What is much slower to keep than to make: dropped while the tables are filled. */
const INDEXES = ['event_search_document', 'event_search_name', 'search_words_trigrams', 'station_names_trigrams'];

/**
 * Fills a migrated database with so many events, a performance and a zone each, and with train runs of eight stops and three classes, by
 * generate_series. Words are made of three syllables each, 64,000 of them, and names, performers, venues and cities of these words, always
 * the same. Triggers are off. Needs `seat_maps` to have `map`.
 */
export async function fillCatalogue(sql: Sql, size: Size): Promise<void> {
  await sql.begin((tx) => addRoom(tx, ROOM, { ...DEFAULT_ROOM_SETTINGS, name: 'Catalogue' }, 'seed'));
  const definitions = await sql<{ name: string; text: string }[]>`
    SELECT indexname AS name, indexdef AS text FROM pg_indexes WHERE indexname = ANY (${INDEXES})`;
  await sql.unsafe(INDEXES.map((name) => `DROP INDEX ${name}`).join(';'));
  await sql.unsafe(
    "SET session_replication_role = replica; SET maintenance_work_mem = '256MB'; SET synchronous_commit = off",
  );
  await fillWords(sql, size.syllables);
  await fillEvents(sql, size);
  await fillTrains(sql, size);
  await fillDocuments(sql);
  for (const { text } of definitions) await sql.unsafe(text);
  await sql.unsafe('SET session_replication_role = origin');
  await sql.unsafe(
    'ANALYZE events, performances, zones, performance_stops, zone_legs, event_search, search_words, station_names',
  );
}

/** `made_number(n, salt, below)`: a number by lot, the same for the same numbers. */
const MADE_NUMBER = `
  CREATE FUNCTION made_number(n bigint, salt bigint, below int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((hashint8extended(n, salt) & 2147483647) % below)::int`;
const SYLLABLES =
  'ba be bo bra cal cor da del dor el fa fen gar gra ha hel is jo ka kel la lin lo mar mel na nor o pel ra ren ro sa sel stra ta tor va vel zan'.split(
    ' ',
  );

/** Every word of three of so many syllables: of all forty, 64,000. */
async function fillWords(sql: Sql, syllables: number): Promise<void> {
  const some = SYLLABLES.slice(0, syllables);
  await sql.unsafe(MADE_NUMBER);
  await sql.unsafe('CREATE TABLE made_words (n int PRIMARY KEY, word text NOT NULL)');
  await sql`INSERT INTO made_words
    SELECT row_number() OVER (ORDER BY a, b, c) - 1, initcap(a || b || c)
    FROM unnest(${some}::text[]) AS a, unnest(${some}::text[]) AS b, unnest(${some}::text[]) AS c`;
  await sql`ANALYZE made_words`;
}

async function fillEvents(sql: Sql, { events, syllables }: Size): Promise<void> {
  const words = syllables ** 3;
  await sql`INSERT INTO venues (id, name, city, country, time_zone)
    SELECT 'venue-' || i, w.word || ' ' || (ARRAY['Hall', 'Arena', 'Theatre', 'Stadium', 'Club'])[1 + i % 5], c.word, 'GB', 'Europe/London'
    FROM generate_series(0, 19999) AS i JOIN made_words w ON w.n = made_number(i, 10, ${words})
      JOIN made_words c ON c.n = made_number(made_number(i, 20, 2000), 30, ${words})`;
  // Five events of each performer.
  await sql`INSERT INTO events (id, kind, name, venue_id, performers)
    SELECT 'event-' || i, 'event', f.word || ' ' || l.word || ': ' || t.word || ' ' || (ARRAY['Tour', 'Live', 'Night', 'Festival'])[1 + i % 4],
      'venue-' || made_number(i, 70, 20000), ARRAY[f.word || ' ' || l.word]
    FROM generate_series(1, ${events}::int) AS i JOIN made_words f ON f.n = made_number(i / 5, 40, ${words})
      JOIN made_words l ON l.n = made_number(i / 5, 50, ${words}) JOIN made_words t ON t.n = made_number(i, 60, ${words})`;
  await sql`INSERT INTO performances (id, event_id, room, starts_at, time_zone, currency, status, seat_map_id, leg_count)
    SELECT 'performance-' || n, 'event-' || n, ${ROOM}, '2040-01-01 19:00Z'::timestamptz + made_number(n, 80, 365) * interval '1 day',
      'Europe/London', 'GBP', 'scheduled', ${SEAT_MAP}, 1 FROM generate_series(1, ${events}::int) AS n`;
  await sql`INSERT INTO zones (performance_id, id, ordinal, name, kind, price_minor, capacity)
    SELECT 'performance-' || n, 'stalls', 0, 'Stalls', 'general', 1000 + made_number(n, 90, 9000), 500
    FROM generate_series(1, ${events}::int) AS n`;
}

/**
 * Documents as the triggers make them, but without folding, which these names don't need; a thousand of them are compared with the
 * triggers' own view. The words are those that names were made of.
 */
async function fillDocuments(sql: Sql): Promise<void> {
  await sql`INSERT INTO event_search
    SELECT e.id, made.name, made.rest, array_to_tsvector(string_to_array(made.name || ' ' || made.rest, ' ')
      || ARRAY['@kevent', '@c' || lower(v.city), '@r' || p.room, '@s' || p.status, '@d' || to_char(p.starts_at, 'YYYYMMDD'),
        '@m' || to_char(p.starts_at, 'YYYYMM')])
    FROM events e JOIN venues v ON v.id = e.venue_id JOIN performances p ON p.event_id = e.id
      CROSS JOIN LATERAL (SELECT lower(replace(e.name, ':', '')) AS name, lower(concat_ws(' ', e.performers[1], v.name, v.city)) AS rest) AS made
    WHERE p.room = ${ROOM} AND e.kind = 'event'`;
  const different = await sql`
    SELECT event_id FROM (SELECT * FROM event_search LIMIT 1000) s WHERE NOT EXISTS (
      SELECT FROM event_documents d WHERE d.event_id = s.event_id AND d.name = s.name AND d.rest = s.rest AND d.document = s.document)`;
  if (different.length > 0) throw new Error(`${different.length} documents are not as the triggers make them`);
  await sql`INSERT INTO event_search SELECT event_id, name, rest, document FROM event_documents
    WHERE event_id IN (SELECT id FROM events WHERE kind = 'train')`;
  await sql`INSERT INTO search_words (word)
    SELECT lower(word) FROM made_words UNION SELECT unnest(ARRAY['hall', 'arena', 'theatre', 'stadium', 'club', 'tour', 'live', 'night',
      'festival', 'express', 'junction'])`;
}

/** Each train once a day; neighbouring trains share stations. Some berths are sold on every leg. */
async function fillTrains(sql: Sql, { trains, runs, syllables }: Size): Promise<void> {
  const words = syllables ** 3;
  const days = Math.ceil(runs / trains);
  await sql`INSERT INTO events (id, kind, name) SELECT 'train-' || i, 'train', (12000 + i) || ' ' || w.word || ' Express'
    FROM generate_series(1, ${trains}::int) AS i JOIN made_words w ON w.n = made_number(i, 110, ${words})`;
  await sql`INSERT INTO performances (id, event_id, room, starts_at, time_zone, currency, status, seat_map_id, leg_count)
    SELECT 'run-' || n || '-' || day, 'train-' || n, ${ROOM}, '2040-01-01 06:00Z'::timestamptz + day * interval '1 day', 'Asia/Kolkata', 'INR',
      'scheduled', ${SEAT_MAP}, ${STOPS - 1} FROM generate_series(1, ${trains}::int) AS n, generate_series(0, ${days - 1}::int) AS day`;
  await sql`INSERT INTO performance_stops (performance_id, ordinal, code, name, arrives_at, departs_at)
    SELECT p.id, stop, 'S' || station, w.word || ' Junction',
      CASE WHEN stop > 0 THEN p.starts_at + stop * interval '2 h' END, CASE WHEN stop < ${STOPS - 1} THEN p.starts_at + stop * interval '2 h' END
    FROM performances p CROSS JOIN generate_series(0, ${STOPS - 1}) AS stop
      CROSS JOIN LATERAL (SELECT (4 * substr(p.event_id, 7)::int + stop) % ${STATIONS} AS station) AS made
        JOIN made_words w ON w.n = made_number(station, 120, ${words})
    WHERE p.event_id LIKE 'train-%'`;
  await sql`INSERT INTO station_names (code, name) SELECT DISTINCT code, name FROM performance_stops`;
  await sql`INSERT INTO zones (performance_id, id, ordinal, name, kind, class, price_minor, capacity)
    SELECT p.id, lower(class), ordinal, class, 'reserved', class, 1000 * ordinal, 72 FROM performances p,
      unnest(ARRAY['1A', '2A', '3A']) WITH ORDINALITY AS c (class, ordinal) WHERE p.event_id LIKE 'train-%'`;
  await sql`INSERT INTO zone_legs (performance_id, zone_id, leg, capacity, sold)
    SELECT z.performance_id, z.id, leg, 72, made_number(leg, 130, 60) FROM zones z, generate_series(0, ${STOPS - 2}) AS leg
    WHERE z.performance_id LIKE 'run-%'`;
}
