import type { Sql } from '../connect.ts';

/** The capacity of a general zone; `version` counts its changes. */
export type ZoneCapacity = { zoneId: string; capacity: number; version: number };

/** Takes performances with capacities that the inventory has yet to hear of, for `leaseSeconds`; one statement, `SKIP LOCKED`. */
export async function takeDueCapacities(sql: Sql, limit: number, leaseSeconds: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`WITH due AS (
      SELECT performance_id, id FROM zones WHERE capacity_applied < capacity_version AND capacity_due_at <= now()
      ORDER BY capacity_due_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE zones z SET capacity_due_at = now() + make_interval(secs => ${leaseSeconds}) FROM due
    WHERE z.performance_id = due.performance_id AND z.id = due.id RETURNING z.performance_id AS id`;
  return [...new Set(rows.map(({ id }) => id))];
}

/** The general zones of a performance as they are now. A plain read. */
export async function readCapacities(sql: Sql, performanceId: string): Promise<ZoneCapacity[]> {
  return sql<ZoneCapacity[]>`SELECT id AS "zoneId", capacity, capacity_version AS version FROM zones
    WHERE performance_id = ${performanceId} AND kind = 'general' ORDER BY ordinal`;
}

/** Notes that the inventory knows of this version. */
export async function markCapacityApplied(
  sql: Sql,
  performanceId: string,
  { zoneId, version }: ZoneCapacity,
): Promise<void> {
  await sql`UPDATE zones SET capacity_applied = greatest(capacity_applied, ${version})
    WHERE performance_id = ${performanceId} AND id = ${zoneId} AND capacity_applied < ${version}`;
}

/** Whether the inventory has yet to hear of a capacity. A plain read. */
export async function areCapacitiesUnderWay(sql: Sql, performanceId: string): Promise<boolean> {
  const rows =
    await sql`SELECT 1 FROM zones WHERE performance_id = ${performanceId} AND capacity_applied < capacity_version LIMIT 1`;
  return rows.length > 0;
}
