import type { Sql } from '../connect.ts';
import { meets } from './search-events.ts';
import { swapsOf } from './search-words.ts';

/** Stations that one name may stand for at most: a large city has so many. */
const MOST_STATIONS = 8;
/** Departures looked at for one page at most: a busy station has some hundreds a day. */
const MOST_DEPARTURES = 3000;
/** Names that are less like the text than the closest one by this are not meant. */
const ALIKE = 0.1;
/** How far a zone's clock is from UTC at most, hours: a local day lies within its UTC day and these. */
const WIDEST_OFFSET_HOURS = 15;

/** A station by one of its names. */
export type Station = { code: string; name: string };

/**
 * Stations that a text may mean, closest first: the one whose code it is; else those whose name it is or holds; and only when there is
 * none those whose name is like it (`pg_trgm.word_similarity_threshold` of the connection), or holds it with two letters changed over.
 * One or two plain reads, no lock.
 */
export async function findStations(sql: Sql, typed: string): Promise<Station[]> {
  const named = await findNamedStations(sql, typed);
  return named.length > 0 ? named : findSimilarStations(sql, typed);
}

/** Of those only the ones whose code or name it is, or begins, or holds. One plain read by indexes, no lock. */
export async function findNamedStations(sql: Sql, typed: string): Promise<Station[]> {
  const named = await sql<Near[]>`
    WITH typed AS MATERIALIZED (SELECT search_fold(${typed}) AS text),
    named AS (
      SELECT s.code, s.name, CASE WHEN s.code = upper(${typed}) THEN 3 WHEN s.folded = typed.text THEN 2 ELSE 1 END AS closeness
      FROM typed, station_names s
      WHERE typed.text <> '' AND (s.code = upper(${typed}) OR s.folded LIKE '% ' || typed.text || '%'
        OR (s.folded >= typed.text AND s.folded < typed.text || ${'\u{10ffff}'})))
    ${closest(sql)}`;
  return named.filter(({ closeness }) => named[0]?.closeness !== 3 || closeness === 3);
}

async function findSimilarStations(sql: Sql, typed: string): Promise<Station[]> {
  const swapped = /^[a-z ]+$/i.test(typed) ? swapsOf(typed.toLowerCase()).map((text) => `%${text}%`) : [];
  const like = await sql<Near[]>`
    WITH typed AS MATERIALIZED (SELECT search_fold(${typed}) AS text),
    named AS (
      SELECT s.code, s.name,
        CASE WHEN s.folded LIKE ANY (${swapped}::text[]) THEN 1 ELSE word_similarity(typed.text, s.folded) END::float8 AS closeness
      FROM typed, station_names s
      WHERE typed.text <> '' AND (typed.text <% s.folded OR s.folded LIKE ANY (${swapped}::text[])))
    ${closest(sql)}`;
  return like.filter(({ closeness }) => closeness >= (like[0]?.closeness ?? 0) - ALIKE);
}

type Near = Station & { closeness: number };

/** Each station once, by the closest of its names. */
const closest = (sql: Sql) => sql`
  SELECT code, name, closeness FROM (SELECT DISTINCT ON (code) code, name, closeness FROM named ORDER BY code, closeness DESC, name) AS best
  ORDER BY closeness DESC, code LIMIT ${MOST_STATIONS}`;

export type TrainSearch = {
  /** Codes, closest first. */
  from: readonly string[];
  to: readonly string[];
  /** Local days at the station where one gets on, ISO 8601; null: from now on. */
  days: { from: string; until: string } | null;
  /** What the train has to meet; null for any. */
  textQuery: string | null;
  room: string | null;
  sale: 'now' | 'next' | null;
  maxPriceMinor: number | null;
  currency: string | null;
  after: { departsAtMs: number; performanceId: string } | null;
  limit: number;
};

/** A run between two of its stops: legs `[fromLeg, toLeg)`. */
export type FoundRun = {
  performanceId: string;
  eventId: string;
  fromLeg: number;
  toLeg: number;
  fromCode: string;
  fromName: string;
  departsAt: Date;
  toCode: string;
  toName: string;
  arrivesAt: Date | null;
};

/**
 * Runs that stop at one of `from` and later at one of `to`, by departure. Where several of a city's stations fit, the closest one
 * counts. So many departures are looked at as `MOST_DEPARTURES` says. One plain read, no lock.
 */
export async function findRuns(sql: Sql, search: TrainSearch): Promise<FoundRun[]> {
  const { from, to, days, textQuery, room, sale, maxPriceMinor, currency, after, limit } = search;
  const performance = { from: null, until: null, room, sale, maxPriceMinor, currency };
  const onDays =
    days === null
      ? sql`true`
      : sql`(b.departs_at AT TIME ZONE p.time_zone)::date BETWEEN ${days.from}::date AND ${days.until}::date`;
  const { earliest, latest } = spanOf(days);
  return sql<FoundRun[]>`
    WITH boarded AS MATERIALIZED (
      SELECT performance_id, ordinal, code, name, departs_at FROM performance_stops
      WHERE code = ANY (${from}::text[]) AND departs_at >= coalesce(${earliest}::timestamptz, now())
        AND departs_at < coalesce(${latest}::timestamptz, 'infinity')
      ORDER BY departs_at LIMIT ${MOST_DEPARTURES}),
    runs AS MATERIALIZED (
      SELECT DISTINCT ON (p.id) p.id AS "performanceId", p.event_id AS "eventId", b.ordinal AS "fromLeg", t.ordinal AS "toLeg",
        b.code AS "fromCode", b.name AS "fromName", b.departs_at AS "departsAt",
        t.code AS "toCode", t.name AS "toName", t.arrives_at AS "arrivesAt"
      FROM boarded b JOIN performances p ON p.id = b.performance_id
        JOIN performance_stops t ON t.performance_id = b.performance_id AND t.code = ANY (${to}::text[]) AND t.ordinal > b.ordinal
      WHERE ${onDays} AND p.status <> 'ended' AND ${meets(sql, performance)}
      ORDER BY p.id, array_position(${from}::text[], b.code), array_position(${to}::text[], t.code))
    SELECT runs.* FROM runs
    WHERE ${textQuery === null ? sql`true` : sql`EXISTS (SELECT FROM event_search s WHERE s.event_id = runs."eventId" AND s.document @@ ${textQuery}::tsquery)`}
      AND ${after === null ? sql`true` : sql`(runs."departsAt", runs."performanceId") > (${new Date(after.departsAtMs)}::timestamptz, ${after.performanceId}::text)`}
    ORDER BY runs."departsAt", runs."performanceId" LIMIT ${limit}`;
}

/** What a class of a run has free on all legs of a journey. */
export type FreeClass = {
  performanceId: string;
  class: string;
  available: number;
  fromPriceMinor: number;
  currency: string;
};

/**
 * Places of each class that nobody has booked on any leg of the journey, and the lowest price. A zone has no more free than its
 * fullest leg; where seats are reserved and the journey has several legs, one more look at its claims tells how many are free all the
 * way. Who only holds seats is not counted: that is Redis's, and a performance's own availability has it. One plain read, no lock.
 */
export async function readFreeClasses(sql: Sql, runs: readonly FoundRun[]): Promise<FreeClass[]> {
  return sql<FreeClass[]>`
    SELECT run.id AS "performanceId", coalesce(z.class, z.name) AS class, sum(free.places)::int AS available,
      min(z.price_minor) AS "fromPriceMinor", p.currency
    FROM unnest(${runs.map((run) => run.performanceId)}::text[], ${runs.map((run) => run.fromLeg)}::int[],
        ${runs.map((run) => run.toLeg)}::int[]) AS run (id, from_leg, to_leg)
      JOIN performances p ON p.id = run.id
      JOIN zones z ON z.performance_id = run.id
      CROSS JOIN LATERAL (
        SELECT coalesce(min(l.capacity - l.sold), 0) AS places FROM zone_legs l
        WHERE l.performance_id = run.id AND l.zone_id = z.id AND l.leg >= run.from_leg AND l.leg < run.to_leg) AS fullest
      CROSS JOIN LATERAL (
        SELECT CASE WHEN z.kind = 'general' OR fullest.places IN (0, z.capacity) OR run.to_leg = run.from_leg + 1 THEN fullest.places
          ELSE least(fullest.places, z.capacity - (
            SELECT count(DISTINCT c.seat_id) FROM seat_claims c
            WHERE c.performance_id = run.id AND c.zone_id = z.id AND c.leg >= run.from_leg AND c.leg < run.to_leg)) END AS places) AS free
    GROUP BY run.id, coalesce(z.class, z.name), p.currency
    ORDER BY run.id, min(z.ordinal)`;
}

function spanOf(days: TrainSearch['days']): { earliest: Date | null; latest: Date | null } {
  if (days === null) return { earliest: null, latest: null };
  const widest = WIDEST_OFFSET_HOURS * 3_600_000;
  const latest = Date.parse(days.until) + 86_400_000 + widest;
  return { earliest: new Date(Date.parse(days.from) - widest), latest: new Date(latest) };
}
