import { notEnded, onSale } from './sale-times.ts';
import type { Sql } from '../connect.ts';

/** Candidates of one query that are ranked at most; ranking them takes about ten milliseconds. */
const MOST_CANDIDATES = 300;
/** Events whose name begins with what was typed, ranked beside the others. */
const MOST_BY_NAME = 100;
/** Events whose performances are looked at for one page without a text. */
const MOST_FILTERED = 2000;

/** What a performance has to be; null for what is not asked. Days are local at the performance, ISO 8601. */
export type PerformanceFilter = {
  from: string | null;
  until: string | null;
  room: string | null;
  sale: 'now' | 'next' | null;
  maxPriceMinor: number | null;
  currency: string | null;
};

/** Where the last page ended: the rank of its last event, and its id. */
export type RankedPlace = { rank: number; id: string };

export type RankedSearch = {
  /** What was typed, folded, and its words. */
  q: string;
  words: readonly string[];
  /** Text queries with their facets; an event has to meet one of them. */
  queries: readonly string[];
  /** Facets alone, for the events whose name begins with what was typed; null when none are asked. */
  facets: string | null;
  performance: PerformanceFilter | null;
  after: RankedPlace | null;
  limit: number;
};

/**
 * Events that meet a text query, best first. Candidates are read from the index of documents, so many of each query at most, and only
 * they are ranked: by how close the typed words are to the words of the name, and a little less to those of performer, place and
 * city, and by how much of the whole name they are. One plain read, no lock.
 */
export async function rankEvents(sql: Sql, search: RankedSearch): Promise<RankedPlace[]> {
  const { q, words, queries, facets, performance, after, limit } = search;
  const byName = facets === null ? sql`` : sql`AND document @@ ${facets}::tsquery`;
  const byQuery = queries.map(
    (query) =>
      sql`UNION (SELECT event_id FROM event_search WHERE document @@ ${query}::tsquery LIMIT ${MOST_CANDIDATES})`,
  );
  const place = after === null ? sql`` : sql`WHERE rank < ${after.rank} OR (rank = ${after.rank} AND id > ${after.id})`;
  return sql<RankedPlace[]>`
    WITH found AS MATERIALIZED (
      (SELECT event_id FROM event_search WHERE name >= ${q} AND name < ${`${q}\u{10ffff}`} ${byName} ORDER BY name LIMIT ${MOST_BY_NAME})
      ${byQuery}),
    ranked AS MATERIALIZED (
      SELECT s.event_id AS id, round(1000000 * (
          0.65 * (SELECT avg(greatest(word_similarity(word, s.name), 0.85 * word_similarity(word, s.rest))) FROM unnest(${words}::text[]) word)
          + 0.3 * similarity(s.name, ${q})
          + CASE WHEN s.document @@ '''@son_sale'''::tsquery THEN 0.02 ELSE 0 END))::int AS rank
      FROM found JOIN event_search s USING (event_id)
      WHERE ${performance === null ? sql`true` : sql`EXISTS (SELECT FROM performances p WHERE p.event_id = s.event_id AND ${meets(sql, performance)})`})
    SELECT id, rank FROM ranked ${place} ORDER BY rank DESC, id LIMIT ${limit}`;
}

/**
 * Events by id that have facets and a performance as asked for, without a text. So many of those that have the facets are looked at; where
 * that was not enough for a page, `lookedAtId` says how far it came, and the next page goes on there. One plain read, no lock.
 */
export async function filterEvents(
  sql: Sql,
  page: { facets: string | null; performance: PerformanceFilter | null; afterId: string; limit: number },
): Promise<{ ids: string[]; lookedAtId: string | null }> {
  const { facets, performance, afterId, limit } = page;
  const most = performance === null ? limit : MOST_FILTERED;
  const rows = await sql<{ id: string; isLast: boolean; fits: boolean }[]>`
    WITH looked AS MATERIALIZED (
      SELECT event_id, row_number() OVER (ORDER BY event_id) AS place FROM (
        SELECT event_id FROM event_search
        WHERE event_id > ${afterId} AND ${facets === null ? sql`true` : sql`document @@ ${facets}::tsquery`}
        ORDER BY event_id LIMIT ${most}) AS faceted),
    judged AS (
      SELECT event_id AS id, place = ${most} AS "isLast",
        ${performance === null ? sql`true` : sql`EXISTS (SELECT FROM performances p WHERE p.event_id = looked.event_id AND ${meets(sql, performance)})`} AS fits
      FROM looked)
    (SELECT * FROM judged WHERE fits ORDER BY id LIMIT ${limit}) UNION (SELECT * FROM judged WHERE "isLast") ORDER BY id`;
  const ids = rows
    .filter(({ fits }) => fits)
    .map(({ id }) => id)
    .slice(0, limit);
  const last = rows.find(({ isLast }) => isLast);
  return { ids, lookedAtId: performance !== null && ids.length < limit && last !== undefined ? last.id : null };
}

/** The condition on a performance `p` of `performances`. */
export function meets(sql: Sql, wanted: PerformanceFilter) {
  const { from, until, room, sale, maxPriceMinor, currency } = wanted;
  const price = sql`AND EXISTS (SELECT FROM zones z WHERE z.performance_id = p.id AND z.price_minor <= ${maxPriceMinor})`;
  return sql`(${from}::date IS NULL OR (p.starts_at AT TIME ZONE p.time_zone)::date BETWEEN ${from}::date AND ${until}::date)
    AND (${room}::text IS NULL OR p.room = ${room}) AND (${currency}::text IS NULL OR p.currency = ${currency})
    ${sale === null ? sql`` : sql`AND ${sale === 'now' ? onSaleNow(sql) : onSaleNext(sql)}`}
    ${maxPriceMinor === null ? sql`` : price}`;
}

/** On sale by its status and times (contracts/sale.ts), not begun, and its room lets people in. */
const onSaleNow = (sql: Sql) => sql`${onSale(sql)} AND p.starts_at > now() AND EXISTS (
  SELECT FROM rooms r WHERE r.id = p.room AND NOT r.closed AND coalesce(r.opens_at <= now(), true) AND coalesce(r.closes_at > now(), true))`;

/** Not on sale yet, or its room is still to open. */
const onSaleNext = (
  sql: Sql,
) => sql`${notEnded(sql)} AND p.starts_at > now() AND (coalesce(p.on_sale_at > now(), p.status = 'scheduled') OR EXISTS (
  SELECT FROM rooms r WHERE r.id = p.room AND NOT r.closed AND r.opens_at > now()))`;
