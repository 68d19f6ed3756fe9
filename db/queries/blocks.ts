import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';
import { lockZoneLegs, type ZoneLegs } from './zone-legs.ts';

/** One line of a block: a seat (quantity 1), or places of a general zone. */
export type BlockItem = { zoneId: string; seatId: string | null; quantity: number };

/** Places kept out of the public sale; with `codeHash` an allocation. */
export type NewBlock = {
  id: string;
  performanceId: string;
  name: string;
  codeHash: string | null;
  legs: readonly [number, number];
  items: readonly BlockItem[];
  createdBy: string;
};

/** Version 1 is a block that stands, 2 one that has ended. */
export type BlockRow = {
  id: string;
  performanceId: string;
  name: string;
  codeHash: string | null;
  /** Whether it is the offer to one who waits (waitlist-offers.ts). */
  isOffer: boolean;
  fromLeg: number;
  toLeg: number;
  version: number;
  /** Counts what operators change of it. */
  revision: number;
  createdBy: string;
  createdAt: Date;
  items: BlockItem[];
  /** Sold or pending of an allocation, on the leg that has most of it. */
  sold: number;
};

export type BlockRefusal =
  | { kind: 'seats_unavailable'; seats: string[] }
  | { kind: 'zone_sold_out'; zoneId: string; available: number }
  | { kind: 'code_in_use' };

/**
 * Writes a block, unless something of it is claimed already; null when it is written. READ COMMITTED: the zones are locked first, as by
 * every writer of claims, so what is judged here stands until the commit; the key of `seat_claims` and the check on `zone_legs` would
 * refuse it otherwise.
 */
export async function insertBlock(tx: Transaction, block: NewBlock): Promise<BlockRefusal | null> {
  const { id, performanceId, items, legs } = block;
  await lockZoneLegs(tx, zoneLegsOf(block));
  const refusal = await refuseBlock(tx, block);
  if (refusal !== null) return refusal;
  const zones = [...quantitiesOf(items)];
  await tx`INSERT INTO blocks (id, performance_id, name, code_hash, from_leg, to_leg, created_by)
    VALUES (${id}, ${performanceId}, ${block.name}, ${block.codeHash}, ${legs[0]}, ${legs[1]}, ${block.createdBy})`;
  await tx`INSERT INTO block_items (block_id, line, zone_id, seat_id, quantity)
    SELECT ${id}, ord - 1, zone_id, seat_id, quantity FROM unnest(${list(items.map((item) => item.zoneId))}::text[],
      ${list(items.map((item) => item.seatId))}::text[], ${list(items.map((item) => item.quantity))}::int[])
      WITH ORDINALITY AS i (zone_id, seat_id, quantity, ord)`;
  await tx`INSERT INTO seat_claims (performance_id, seat_id, leg, zone_id, state, block_id)
    SELECT ${performanceId}, i.seat_id, leg, i.zone_id, 'blocked', ${id}
    FROM block_items i CROSS JOIN generate_series(${legs[0]}::int, ${legs[1] - 1}::int) AS leg
    WHERE i.block_id = ${id} AND i.seat_id IS NOT NULL ORDER BY i.seat_id COLLATE "C", leg`;
  await tx`UPDATE zone_legs SET capacity = capacity - change.quantity
    FROM unnest(${list(zones.map(([zoneId]) => zoneId))}::text[], ${list(zones.map(([, quantity]) => quantity))}::int[])
      AS change (zone_id, quantity)
    WHERE performance_id = ${performanceId} AND zone_legs.zone_id = change.zone_id AND leg >= ${legs[0]} AND leg < ${legs[1]}`;
  if (block.codeHash !== null) {
    await tx`INSERT INTO block_legs (block_id, zone_id, leg, capacity)
      SELECT ${id}, zone_id, leg, sum(quantity) FROM block_items CROSS JOIN generate_series(${legs[0]}::int, ${legs[1] - 1}::int) AS leg
      WHERE block_id = ${id} GROUP BY zone_id, leg`;
  }
  return null;
}

/**
 * Ends a block: what nobody has of it is on public sale again, what is sold from it belongs to the zones. False when there is no such
 * block, or no more, or its revision is none of `revisions` (null: whichever). READ COMMITTED, zones locked first.
 */
export async function endBlock(
  tx: Transaction,
  performanceId: string,
  id: string,
  revisions: readonly number[] | null = null,
): Promise<boolean> {
  await lockBlockZones(tx, id);
  const ended = await tx`UPDATE blocks SET version = 2, removed_at = now(), due_at = now()
    WHERE id = ${id} AND performance_id = ${performanceId} AND version = 1
      AND (${revisions === null} OR revision = ANY (${list(revisions ?? [])}::int[])) RETURNING id`;
  if (ended.length === 0) return false;
  await tx`UPDATE zone_legs z SET capacity = z.capacity + back.quantity, sold = z.sold + back.sold
    FROM (SELECT i.zone_id, leg, sum(i.quantity)::int AS quantity, coalesce((SELECT l.sold FROM block_legs l
        WHERE l.block_id = ${id} AND l.zone_id = i.zone_id AND l.leg = legs.leg), 0) AS sold
      FROM block_items i JOIN blocks b ON b.id = i.block_id CROSS JOIN LATERAL generate_series(b.from_leg, b.to_leg - 1) AS legs (leg)
      WHERE i.block_id = ${id} GROUP BY i.zone_id, leg) back
    WHERE z.performance_id = ${performanceId} AND z.zone_id = back.zone_id AND z.leg = back.leg`;
  await tx`DELETE FROM block_legs WHERE block_id = ${id}`;
  await tx`DELETE FROM seat_claims WHERE block_id = ${id} AND booking_id IS NULL`;
  await tx`UPDATE seat_claims SET block_id = NULL WHERE block_id = ${id}`;
  await tx`UPDATE booking_items SET block_id = NULL WHERE block_id = ${id}`;
  return true;
}

/** Locks the zones of a block, or of an offer, on its legs, as every writer of claims does before anything else. */
export async function lockBlockZones(tx: Transaction, id: string): Promise<void> {
  await tx`SELECT 1 FROM zone_legs z JOIN blocks b ON b.performance_id = z.performance_id
    WHERE b.id = ${id} AND z.leg >= b.from_leg AND z.leg < b.to_leg
      AND z.zone_id IN (SELECT zone_id FROM block_items WHERE block_id = ${id})
    ORDER BY z.zone_id, z.leg FOR UPDATE OF z`;
}

/** The blocks and offers that stand, newest first. A plain read. */
export async function readBlocks(sql: Sql | Transaction, performanceId: string): Promise<BlockRow[]> {
  return sql<BlockRow[]>`SELECT ${columns(sql)} FROM blocks b
    WHERE b.performance_id = ${performanceId} AND b.version = 1 ORDER BY b.id DESC`;
}

/** Those of them that operators made. */
export async function readOperatorBlocks(sql: Sql, performanceId: string): Promise<BlockRow[]> {
  return sql<BlockRow[]>`SELECT ${columns(sql)} FROM blocks b
    WHERE b.performance_id = ${performanceId} AND b.version = 1 AND NOT b.is_offer ORDER BY b.id DESC`;
}

/** One block or offer as it is now, also one that has ended; null when there is none. A plain read. */
export async function readBlock(sql: Sql | Transaction, id: string): Promise<BlockRow | null> {
  const [row] = await sql<BlockRow[]>`SELECT ${columns(sql)} FROM blocks b WHERE b.id = ${id}`;
  return row ?? null;
}

/**
 * A block of an operator that stands, locked until the transaction's end; null when there is none, or no more. Not FOR UPDATE: that would
 * wait for bookings of it, which have its zones locked and refer to it.
 */
export async function lockBlock(tx: Transaction, performanceId: string, id: string): Promise<BlockRow | null> {
  const [row] = await tx<BlockRow[]>`SELECT ${columns(tx)} FROM blocks b
    WHERE b.id = ${id} AND b.performance_id = ${performanceId} AND b.version = 1 AND NOT b.is_offer FOR NO KEY UPDATE OF b`;
  return row ?? null;
}

/** Calls a block something else, inside the transaction that locked it. */
export async function renameBlock(tx: Transaction, id: string, name: string): Promise<void> {
  await tx`UPDATE blocks SET name = ${name}, revision = revision + 1 WHERE id = ${id}`;
}

/** Which blocks of a performance the inventory has yet to hear of. A plain read. */
export async function readBlocksUnderWay(sql: Sql, performanceId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`SELECT id FROM blocks
    WHERE performance_id = ${performanceId} AND applied_version < version ORDER BY id`;
  return rows.map(({ id }) => id);
}

/** Takes blocks that the inventory has yet to hear of, for `leaseSeconds`; one statement, `FOR UPDATE SKIP LOCKED`. */
export async function takeDueBlocks(sql: Sql, limit: number, leaseSeconds: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`UPDATE blocks SET due_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE id IN (SELECT id FROM blocks WHERE applied_version < version AND due_at <= now()
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) RETURNING id`;
  return rows.map(({ id }) => id);
}

/** Notes that the inventory knows this version. */
export async function markBlockApplied(sql: Sql, id: string, version: number): Promise<void> {
  await sql`UPDATE blocks SET applied_version = greatest(applied_version, ${version}) WHERE id = ${id}`;
}

const columns = (
  sql: Sql | Transaction,
) => sql`b.id, b.performance_id AS "performanceId", b.name, b.code_hash AS "codeHash", b.is_offer AS "isOffer",
  b.from_leg AS "fromLeg", b.to_leg AS "toLeg", b.version, b.revision, b.created_by AS "createdBy", b.created_at AS "createdAt",
  (SELECT json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity) ORDER BY i.line)
    FROM block_items i WHERE i.block_id = b.id) AS items,
  coalesce((SELECT max(leg.sold) FROM (SELECT sum(l.sold)::int AS sold FROM block_legs l WHERE l.block_id = b.id GROUP BY l.leg) leg), 0)
    AS sold`;

async function refuseBlock(
  tx: Transaction,
  { performanceId, codeHash, items, legs }: NewBlock,
): Promise<BlockRefusal | null> {
  const seatIds = items.flatMap((item) => item.seatId ?? []);
  const taken = await tx<{ seatId: string }[]>`SELECT DISTINCT seat_id AS "seatId" FROM seat_claims
    WHERE performance_id = ${performanceId} AND seat_id = ANY (${list(seatIds)}::text[]) AND leg >= ${legs[0]} AND leg < ${legs[1]}
    ORDER BY seat_id`;
  if (taken.length > 0) return { kind: 'seats_unavailable', seats: taken.map(({ seatId }) => seatId) };
  const zones = [...quantitiesOf(items)];
  const [short] = await tx<
    { zoneId: string; available: number }[]
  >`SELECT z.zone_id AS "zoneId", z.capacity - z.sold AS available
    FROM zone_legs z JOIN unnest(${list(zones.map(([zoneId]) => zoneId))}::text[], ${list(zones.map(([, quantity]) => quantity))}::int[])
      AS wish (zone_id, quantity) USING (zone_id)
    WHERE z.performance_id = ${performanceId} AND z.leg >= ${legs[0]} AND z.leg < ${legs[1]} AND z.sold + wish.quantity > z.capacity
    ORDER BY z.zone_id, available LIMIT 1`;
  if (short !== undefined) return { kind: 'zone_sold_out', ...short };
  if (codeHash === null) return null;
  const same =
    await tx`SELECT 1 FROM blocks WHERE performance_id = ${performanceId} AND code_hash = ${codeHash} AND version = 1`;
  return same.length > 0 ? { kind: 'code_in_use' } : null;
}

function quantitiesOf(items: readonly BlockItem[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { zoneId, quantity } of items) sums.set(zoneId, (sums.get(zoneId) ?? 0) + quantity);
  return sums;
}

function zoneLegsOf({ performanceId, items, legs }: NewBlock): ZoneLegs {
  const zoneIds = [...quantitiesOf(items).keys()];
  const rows = zoneIds.flatMap((zoneId) =>
    Array.from({ length: legs[1] - legs[0] }, (_, i) => ({ zoneId, leg: legs[0] + i })),
  );
  return {
    performanceId: rows.map(() => performanceId),
    zoneId: rows.map((row) => row.zoneId),
    leg: rows.map((row) => row.leg),
  };
}
