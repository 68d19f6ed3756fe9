import { createHash } from 'node:crypto';
import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';

/** A zone of a seat map with what a performance of it starts from. `capacity`: seats of a reserved zone, places of a general one. */
export type SeatMapZoneRow = {
  id: string;
  name: string;
  kind: 'reserved' | 'general';
  capacity: number;
  class?: string | null | undefined;
  quota?: string | null | undefined;
  priceMinor?: number | null | undefined;
  feeMinor?: number | undefined;
};

/** A seat map that is to be written: `text` is the document as it will be served. */
export type NewSeatMap = { id: string; text: string; currency: string | null; zones: readonly SeatMapZoneRow[] };

/** A seat map without its seats. */
export type SeatMapRow = { id: string; currency: string | null; seatCount: number; sha256: string };

/** Adds a seat map; its text is fixed here, for the digest is its ETag. False when a map of this id exists, whatever it holds. */
export async function insertSeatMap(tx: Transaction, { id, text, currency, zones }: NewSeatMap): Promise<boolean> {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const seats = zones.reduce((sum, { kind, capacity }) => sum + (kind === 'reserved' ? capacity : 0), 0);
  // Through text, or the client would encode the finished JSON a second time.
  const rows = await tx`
    INSERT INTO seat_maps (id, document, sha256, seat_count, currency)
    VALUES (${id}, ${text}::text::json, ${sha256}, ${seats}, ${currency}) ON CONFLICT (id) DO NOTHING RETURNING id`;
  if (rows.length === 0) return false;
  const column = <T extends string | number | null>(of: (zone: SeatMapZoneRow) => T) => list(zones.map(of));
  await tx`INSERT INTO seat_map_zones (seat_map_id, id, ordinal, name, kind, capacity, class, quota, price_minor, fee_minor)
    SELECT ${id}, z.id, z.ordinal - 1, z.name, z.kind, z.capacity, z.class, z.quota, z.price_minor, z.fee_minor
    FROM unnest(${column((zone) => zone.id)}::text[], ${column((zone) => zone.name)}::text[], ${column((zone) => zone.kind)}::text[],
      ${column((zone) => zone.capacity)}::int[], ${column((zone) => zone.class ?? null)}::text[],
      ${column((zone) => zone.quota ?? null)}::text[], ${column((zone) => zone.priceMinor ?? null)}::bigint[],
      ${column((zone) => zone.feeMinor ?? 0)}::bigint[])
      WITH ORDINALITY AS z (id, name, kind, capacity, class, quota, price_minor, fee_minor, ordinal)`;
  return true;
}

/** A seat map without its seats; null when there is none. A plain read. */
export async function readSeatMapRow(sql: Sql | Transaction, id: string): Promise<SeatMapRow | null> {
  const [row] = await sql<SeatMapRow[]>`SELECT ${columns(sql)} FROM seat_maps WHERE id = ${id}`;
  return row ?? null;
}

/** Its zones, in their order. A plain read. */
export async function readSeatMapZones(sql: Sql | Transaction, id: string): Promise<SeatMapZoneRow[]> {
  return sql<SeatMapZoneRow[]>`SELECT id, name, kind, capacity, class, quota, price_minor AS "priceMinor",
    fee_minor AS "feeMinor" FROM seat_map_zones WHERE seat_map_id = ${id} ORDER BY ordinal`;
}

/** Seat maps in order of their ids, after a cursor. A plain read. */
export async function pageOfSeatMaps(sql: Sql, after: string, limit: number): Promise<SeatMapRow[]> {
  return sql<SeatMapRow[]>`SELECT ${columns(sql)} FROM seat_maps WHERE id > ${after} ORDER BY id LIMIT ${limit}`;
}

const columns = (sql: Sql | Transaction) => sql`id, currency, seat_count AS "seatCount", sha256`;
