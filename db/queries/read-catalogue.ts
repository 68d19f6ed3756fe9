import { and, asc, eq, getTableColumns, or, sql } from 'drizzle-orm';
import * as v from 'valibot';
import {
  seatMapSchema,
  type PerformanceStatus,
  type SeatMap,
  type StopView,
  type ZoneView,
} from '../../contracts/catalogue.ts';
import { isoTime } from '../../platform/clock.ts';
import type { Database } from '../connect.ts';
import { performances, performanceStops, seatMaps, zones } from '../schema/catalogue.ts';
import { rooms } from '../schema/rooms.ts';
import { SETTLED_AFTER_SECONDS } from './sale-times.ts';

/** A zone as it is sold; how much of it is free is the inventory's to say. */
export type CatalogueZone = Omit<ZoneView, 'available'>;

/** What Postgres says of one performance. */
export type PerformanceFacts = {
  id: string;
  eventId: string;
  room: string;
  startsAt: string;
  timeZone: string;
  currency: string;
  status: PerformanceStatus;
  /** With the status and the start they decide when it is sold (contracts/sale.ts). */
  onSaleAt?: string | null;
  salesCutOffSeconds?: number | null;
  /** Places one buyer may have. */
  placesPerBuyer?: number | null;
  seatMapId: string;
  /** Stretches between stops; a concert has one. */
  legCount: number;
  /** Empty for anything but a train run. */
  stops: StopView[];
  zones: CatalogueZone[];
  /** Places one visitor may hold at the same time, as the room says when it is read; the hold script has the last word. */
  holdLimit?: number;
};

/** One performance; null when there is none. Three plain reads, no lock. */
export async function readPerformance(db: Database, id: string): Promise<PerformanceFacts | null> {
  const [[row], stops, zoneRows] = await Promise.all([
    db
      .select({ ...getTableColumns(performances), holdLimit: rooms.holdLimit })
      .from(performances)
      .innerJoin(rooms, eq(rooms.id, performances.room))
      .where(eq(performances.id, id)),
    db
      .select()
      .from(performanceStops)
      .where(eq(performanceStops.performanceId, id))
      .orderBy(asc(performanceStops.ordinal)),
    db.select().from(zones).where(eq(zones.performanceId, id)).orderBy(asc(zones.ordinal)),
  ]);
  if (row === undefined) return null;
  return {
    ...row,
    startsAt: isoTime(row.startsAt.getTime()),
    onSaleAt: row.onSaleAt && isoTime(row.onSaleAt.getTime()),
    stops: stops.map((stop) => ({
      code: stop.code,
      name: stop.name,
      arrivesAt: stop.arrivesAt && isoTime(stop.arrivesAt.getTime()),
      departsAt: stop.departsAt && isoTime(stop.departsAt.getTime()),
    })),
    zones: zoneRows.map(toZone),
  };
}

/** A seat map with the text it is served as. Throws when there is none: a performance's map always exists. */
export async function readSeatMap(
  db: Database,
  id: string,
): Promise<{ document: SeatMap; text: string; sha256: string }> {
  const [row] = await db
    .select({ text: sql<string>`${seatMaps.document}::text`, sha256: seatMaps.sha256 })
    .from(seatMaps)
    .where(eq(seatMaps.id, id));
  if (row === undefined) throw new Error(`there is no seat map ${id}`);
  return { document: v.parse(seatMapSchema, JSON.parse(row.text)), ...row };
}

/** Performances on sale, those that were until a day ago, and those that will be within `aheadSeconds`. */
export async function readOnSaleIds(db: Database, aheadSeconds: number): Promise<string[]> {
  const isNear = sql`${performances.status} = 'scheduled' AND ${performances.onSaleAt} <= now() + make_interval(secs => ${aheadSeconds})`;
  const isRecent = sql`(${performances.salesCutOffSeconds} IS NULL OR now() < ${performances.startsAt}
    - make_interval(secs => ${performances.salesCutOffSeconds} - ${SETTLED_AFTER_SECONDS}))`;
  const rows = await db
    .select({ id: performances.id })
    .from(performances)
    .where(and(or(eq(performances.status, 'on_sale'), isNear), isRecent));
  return rows.map((row) => row.id);
}

function toZone(row: typeof zones.$inferSelect): CatalogueZone {
  const { id, name, kind, capacity, priceMinor, feeMinor } = row;
  return {
    id,
    name,
    kind,
    capacity,
    priceMinor,
    ...(feeMinor === 0 ? {} : { feeMinor }),
    ...(row.class === null ? {} : { class: row.class }),
    ...(row.quota === null ? {} : { quota: row.quota }),
  };
}
