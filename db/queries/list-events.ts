import type { PerformanceStatus } from '../../contracts/catalogue.ts';
import type { Sql } from '../connect.ts';
import { meets, type PerformanceFilter } from './search-events.ts';

/** An event with its venue and performances, as the catalogue lists it. */
export type ListedEvent = {
  id: string;
  kind: 'event' | 'train';
  name: string;
  venue: { id: string; name: string; city: string } | null;
  performances: {
    id: string;
    startsAt: Date;
    timeZone: string;
    room: string;
    status: PerformanceStatus;
    onSaleAt: Date | null;
    salesCutOffSeconds: number | null;
    currency: string;
    fromPriceMinor: number | null;
  }[];
};

/** Performances told of each event that was found: enough to choose one; all of them are the event's own page. */
const PERFORMANCES_FOUND = 6;

type Row = Omit<ListedEvent, 'performances' | 'venue'> & {
  venueId: string | null;
  venueName: string | null;
  venueCity: string | null;
};
type PerformanceRow = ListedEvent['performances'][number] & { eventId: string };

/** Events by id after `afterId`, or the one that is asked for. Two plain reads, no lock. */
export async function listEvents(
  sql: Sql,
  page: { id: string } | { afterId: string; kind: 'event' | 'train' | null; limit: number },
): Promise<ListedEvent[]> {
  const wanted =
    'id' in page
      ? sql`e.id = ${page.id}`
      : sql`e.id > ${page.afterId} AND (${page.kind}::text IS NULL OR e.kind = ${page.kind})`;
  const events = await sql<Row[]>`
    SELECT ${eventColumns(sql)}
    FROM events e LEFT JOIN venues v ON v.id = e.venue_id WHERE ${wanted} ORDER BY e.id LIMIT ${'id' in page ? 1 : page.limit}`;
  const performances = await sql<PerformanceRow[]>`
    SELECT ${performanceColumns(sql)}
    FROM performances p WHERE p.event_id = ANY (${events.map((event) => event.id)}) ORDER BY p.starts_at, p.id`;
  return events.map((event) => toListed(event, performances));
}

/**
 * These events in their order, each with a few of its performances: those that are as asked for, those to come before those that have
 * been. An id that means nothing is left out. Two plain reads, no lock.
 */
export async function readFoundEvents(
  sql: Sql,
  ids: readonly string[],
  wanted: PerformanceFilter | null,
): Promise<ListedEvent[]> {
  const performances = await sql<PerformanceRow[]>`
    SELECT ${performanceColumns(sql)}
    FROM unnest(${ids}::text[]) AS found (id)
      CROSS JOIN LATERAL (
        SELECT * FROM performances p WHERE p.event_id = found.id AND ${wanted === null ? sql`true` : meets(sql, wanted)}
        ORDER BY p.starts_at < now(), p.starts_at, p.id LIMIT ${PERFORMANCES_FOUND}) AS p
    ORDER BY p.starts_at, p.id`;
  return withPerformances(sql, ids, performances);
}

/** These events in their order, each with those of these performances that are its own. Two plain reads, no lock. */
export async function readRunEvents(
  sql: Sql,
  ids: readonly string[],
  performanceIds: readonly string[],
): Promise<ListedEvent[]> {
  const performances = await sql<PerformanceRow[]>`
    SELECT ${performanceColumns(sql)} FROM performances p WHERE p.id = ANY (${performanceIds}::text[]) ORDER BY p.starts_at, p.id`;
  return withPerformances(sql, ids, performances);
}

async function withPerformances(
  sql: Sql,
  ids: readonly string[],
  performances: readonly PerformanceRow[],
): Promise<ListedEvent[]> {
  const events = await sql<Row[]>`
    SELECT ${eventColumns(sql)}
    FROM unnest(${ids}::text[]) WITH ORDINALITY AS found (id, place) JOIN events e USING (id) LEFT JOIN venues v ON v.id = e.venue_id
    ORDER BY found.place`;
  return events.map((event) => toListed(event, performances));
}

const eventColumns = (sql: Sql) =>
  sql`e.id, e.kind, e.name, v.id AS "venueId", v.name AS "venueName", v.city AS "venueCity"`;

const performanceColumns = (sql: Sql) => sql`
  p.id, p.event_id AS "eventId", p.starts_at AS "startsAt", p.time_zone AS "timeZone", p.room, p.status,
  p.on_sale_at AS "onSaleAt", p.sales_cut_off_seconds AS "salesCutOffSeconds", p.currency,
  (SELECT min(price_minor) FROM zones z WHERE z.performance_id = p.id) AS "fromPriceMinor"`;

function toListed(
  { id, kind, name, venueId, venueName, venueCity }: Row,
  performances: readonly PerformanceRow[],
): ListedEvent {
  return {
    id,
    kind,
    name,
    venue: venueId === null ? null : { id: venueId, name: venueName ?? '', city: venueCity ?? '' },
    performances: performances.filter((performance) => performance.eventId === id),
  };
}
