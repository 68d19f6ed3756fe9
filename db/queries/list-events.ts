import type { PerformanceStatus } from '../../contracts/catalogue.ts';
import type { Sql } from '../connect.ts';

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
    SELECT e.id, e.kind, e.name, v.id AS "venueId", v.name AS "venueName", v.city AS "venueCity"
    FROM events e LEFT JOIN venues v ON v.id = e.venue_id WHERE ${wanted} ORDER BY e.id LIMIT ${'id' in page ? 1 : page.limit}`;
  const performances = await sql<PerformanceRow[]>`
    SELECT p.id, p.event_id AS "eventId", p.starts_at AS "startsAt", p.time_zone AS "timeZone", p.room, p.status,
      p.on_sale_at AS "onSaleAt", p.sales_cut_off_seconds AS "salesCutOffSeconds", p.currency,
      (SELECT min(price_minor) FROM zones z WHERE z.performance_id = p.id) AS "fromPriceMinor"
    FROM performances p WHERE p.event_id = ANY (${events.map((event) => event.id)}) ORDER BY p.starts_at, p.id`;
  return events.map(({ id, kind, name, venueId, venueName, venueCity }) => ({
    id,
    kind,
    name,
    venue: venueId === null ? null : { id: venueId, name: venueName ?? '', city: venueCity ?? '' },
    performances: performances.filter((performance) => performance.eventId === id),
  }));
}
