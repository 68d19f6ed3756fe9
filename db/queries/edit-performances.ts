import type { PerformanceStatus } from '../../contracts/catalogue.ts';
import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';

/** What of a performance its own row says. */
export type PerformanceRow = {
  id: string;
  eventId: string;
  room: string;
  status: PerformanceStatus;
  startsAt: Date;
  timeZone: string;
  onSaleAt: Date | null;
  salesCutOffSeconds: number | null;
  placesPerBuyer: number | null;
  currency: string;
  seatMapId: string;
  legCount: number;
  version: number;
};

/**
 * A zone with what is sold of it, kept out of the public sale and offered to who waits, on the leg that has most of each; and how many wait
 * for it, in parties and places: who would take any zone of a class counts in each.
 */
export type ZoneRow = {
  performanceId: string;
  id: string;
  name: string;
  kind: 'reserved' | 'general';
  class: string | null;
  quota: string | null;
  priceMinor: number;
  feeMinor: number;
  capacity: number;
  sold: number;
  blocked: number;
  offered: number;
  waiting: number;
  waitingPlaces: number;
  capacityVersion: number;
};

export type StopRow = {
  performanceId: string;
  code: string;
  name: string;
  arrivesAt: Date | null;
  departsAt: Date | null;
};

/** What an operator may change of the row itself. */
export type EditablePerformance = Pick<
  PerformanceRow,
  'room' | 'status' | 'timeZone' | 'salesCutOffSeconds' | 'placesPerBuyer'
> & { startsAt: string; onSaleAt: string | null };

/**
 * Locks a performance's row; null when there is none. READ COMMITTED, `FOR NO KEY UPDATE`: bookings refer to the row, and a batch that
 * has zones locked already must not wait for it (ADR 9).
 */
export async function lockPerformance(tx: Transaction, id: string): Promise<PerformanceRow | null> {
  const [row] = await tx<
    PerformanceRow[]
  >`SELECT ${columns(tx)} FROM performances p WHERE p.id = ${id} FOR NO KEY UPDATE`;
  return row ?? null;
}

/** One performance's row; null when there is none. A plain read. */
export async function readPerformanceRow(sql: Sql | Transaction, id: string): Promise<PerformanceRow | null> {
  const [row] = await sql<PerformanceRow[]>`SELECT ${columns(sql)} FROM performances p WHERE p.id = ${id}`;
  return row ?? null;
}

/** Performances in order of their ids, after a cursor, of one event where it is named. A plain read. */
export async function pageOfPerformances(
  sql: Sql,
  { after, eventId, limit }: { after: string; eventId: string | null; limit: number },
): Promise<PerformanceRow[]> {
  return sql<PerformanceRow[]>`SELECT ${columns(sql)} FROM performances p
    WHERE p.id > ${after} AND (${eventId}::text IS NULL OR p.event_id = ${eventId}) ORDER BY p.id LIMIT ${limit}`;
}

/** The zones of these performances, in their order. A plain read. */
export async function readZones(sql: Sql | Transaction, performanceIds: readonly string[]): Promise<ZoneRow[]> {
  return sql<ZoneRow[]>`SELECT z.performance_id AS "performanceId", z.id, z.name, z.kind, z.class, z.quota,
      z.price_minor AS "priceMinor", z.fee_minor AS "feeMinor", z.capacity, z.capacity_version AS "capacityVersion",
      coalesce(legs.sold, 0)::int AS sold, coalesce(legs.blocked, 0)::int AS blocked, coalesce(legs.offered, 0)::int AS offered,
      line.waiting, line.places AS "waitingPlaces"
    FROM zones z
      CROSS JOIN LATERAL (
        SELECT max(l.sold + coalesce(own.sold, 0)) AS sold, max(z.capacity - l.capacity - coalesce(own.in_offers, 0)) AS blocked,
          max(coalesce(own.offered, 0)) AS offered
        FROM zone_legs l LEFT JOIN (
          SELECT b.leg, sum(b.sold) AS sold, sum(b.capacity) FILTER (WHERE k.is_offer) AS in_offers,
            sum(b.capacity - b.sold) FILTER (WHERE k.is_offer) AS offered
          FROM blocks k JOIN block_legs b ON b.block_id = k.id
          WHERE k.performance_id = z.performance_id AND b.zone_id = z.id GROUP BY b.leg) own ON own.leg = l.leg
        WHERE l.performance_id = z.performance_id AND l.zone_id = z.id) AS legs
      CROSS JOIN LATERAL (SELECT count(*)::int AS waiting, coalesce(sum(e.party_size), 0)::int AS places FROM waitlist_entries e
        WHERE e.performance_id = z.performance_id AND e.state = 'waiting' AND (e.zone_id = z.id OR e.class = z.class)) AS line
    WHERE z.performance_id = ANY (${list(performanceIds)}::text[]) ORDER BY z.performance_id, z.ordinal`;
}

/** The stops of these performances, in their order. A plain read. */
export async function readStops(sql: Sql | Transaction, performanceIds: readonly string[]): Promise<StopRow[]> {
  return sql<
    StopRow[]
  >`SELECT performance_id AS "performanceId", code, name, arrives_at AS "arrivesAt", departs_at AS "departsAt"
    FROM performance_stops WHERE performance_id = ANY (${list(performanceIds)}::text[]) ORDER BY performance_id, ordinal`;
}

/** Writes a performance's own row and counts its version. Needs `lockPerformance`. */
export async function writePerformance(tx: Transaction, id: string, row: EditablePerformance): Promise<void> {
  await tx`UPDATE performances SET room = ${row.room}, status = ${row.status}, starts_at = ${row.startsAt},
    time_zone = ${row.timeZone}, on_sale_at = ${row.onSaleAt}, sales_cut_off_seconds = ${row.salesCutOffSeconds},
    places_per_buyer = ${row.placesPerBuyer}, version = version + 1 WHERE id = ${id}`;
}

/** Names and prices of one zone. What is sold keeps its price: each line of a booking has its own. Needs `lockPerformance`. */
export async function writeZone(
  tx: Transaction,
  zone: Pick<ZoneRow, 'performanceId' | 'id' | 'name' | 'priceMinor' | 'feeMinor'>,
): Promise<void> {
  await tx`UPDATE zones SET name = ${zone.name}, price_minor = ${zone.priceMinor}, fee_minor = ${zone.feeMinor}
    WHERE performance_id = ${zone.performanceId} AND id = ${zone.id}`;
}

/**
 * Locks these zones on all their legs, in the order that every writer keeps (ADR 9), and returns how many places of each are neither
 * sold nor blocked on the leg that has fewest.
 */
export async function lockZones(
  tx: Transaction,
  performanceId: string,
  zoneIds: readonly string[],
): Promise<Map<string, number>> {
  await tx`SELECT 1 FROM zone_legs WHERE performance_id = ${performanceId} AND zone_id = ANY (${list(zoneIds)}::text[])
    ORDER BY performance_id, zone_id, leg FOR UPDATE`;
  const rows = await tx<
    { id: string; free: number }[]
  >`SELECT zone_id AS id, min(capacity - sold) AS free FROM zone_legs
    WHERE performance_id = ${performanceId} AND zone_id = ANY (${list(zoneIds)}::text[]) GROUP BY zone_id`;
  return new Map(rows.map(({ id, free }) => [id, free]));
}

/**
 * Gives a general zone another capacity, and the inventory something to hear of. Needs `lockZones`; the check
 * on `zone_legs` refuses what is under what is sold.
 */
export async function writeCapacity(
  tx: Transaction,
  zone: { performanceId: string; id: string; capacity: number },
): Promise<void> {
  const { performanceId, id, capacity } = zone;
  await tx`UPDATE zone_legs l SET capacity = l.capacity + ${capacity}::int - z.capacity
    FROM zones z WHERE z.performance_id = l.performance_id AND z.id = l.zone_id
      AND l.performance_id = ${performanceId} AND l.zone_id = ${id}`;
  await tx`UPDATE zones SET capacity = ${capacity}, capacity_version = capacity_version + 1, capacity_due_at = now()
    WHERE performance_id = ${performanceId} AND id = ${id}`;
}

/** Whether places of it were ever blocked, also where the block has ended. A plain read. */
export async function hasBlocks(tx: Transaction, performanceId: string): Promise<boolean> {
  const rows = await tx`SELECT 1 FROM blocks WHERE performance_id = ${performanceId} LIMIT 1`;
  return rows.length > 0;
}

/** Whether there is such a room. A plain read. */
export async function isRoom(tx: Transaction, room: string): Promise<boolean> {
  return (await tx`SELECT 1 FROM rooms WHERE id = ${room}`).length > 0;
}

/** Locks the performances whose on-sale time has come, for one transaction; those that another has locked are its. */
export async function lockDueSales(tx: Transaction, limit: number): Promise<PerformanceRow[]> {
  return tx<
    PerformanceRow[]
  >`SELECT ${columns(tx)} FROM performances p WHERE p.status = 'scheduled' AND p.on_sale_at <= now()
    ORDER BY p.on_sale_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`;
}

/** Says that they are on sale, and counts their versions. Needs `lockDueSales`. */
export async function putOnSale(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx`UPDATE performances SET status = 'on_sale', version = version + 1 WHERE id = ANY (${list(ids)}::text[])`;
}

const columns = (
  sql: Sql | Transaction,
) => sql`p.id, p.event_id AS "eventId", p.room, p.status, p.starts_at AS "startsAt",
  p.time_zone AS "timeZone", p.on_sale_at AS "onSaleAt", p.sales_cut_off_seconds AS "salesCutOffSeconds",
  p.places_per_buyer AS "placesPerBuyer", p.currency, p.seat_map_id AS "seatMapId", p.leg_count AS "legCount", p.version`;
