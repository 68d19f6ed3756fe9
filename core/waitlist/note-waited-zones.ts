import type { Sql } from '../../db/connect.ts';
import { readWaitedZones } from '../../db/queries/waitlist-entries.ts';
import { noteWaited, type WaitedZone } from '../../redis/inventory/waited.ts';
import type { ScriptClient } from '../../redis/script-client.ts';
import type { Performance } from '../catalogue/performance.ts';
import { zoneOf } from '../catalogue/performance.ts';

/**
 * Notes in a performance's inventory which zones are waited for: from then on, what holds of them had is kept when they end. After
 * each join, by each sweep, and in mid-load. Returns the zones as Postgres has them. Refuses: `store_unavailable`.
 */
export async function noteWaitedZones(
  deps: { sql: Sql; scripts: ScriptClient },
  performance: Performance,
): Promise<WaitedZone[]> {
  const rows = await readWaitedZones(deps.sql, performance.id);
  const zones = rows.map(({ zoneId, number }) => toWaitedZone(performance, zoneId, number));
  if (zones.length > 0)
    await noteWaited(deps.scripts, { room: performance.room, performanceId: performance.id }, zones);
  return zones;
}

function toWaitedZone(performance: Performance, zoneId: string, number: number): WaitedZone {
  if (zoneOf(performance, zoneId)?.kind !== 'reserved') return { zoneId, number };
  const { start, end } = performance.seats.rangeOf(zoneId);
  return { zoneId, number, seats: [start, end] };
}
