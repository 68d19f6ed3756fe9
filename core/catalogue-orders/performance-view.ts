import type { OperatorPerformanceView, OperatorZoneView } from '../../contracts/operator-catalogue.ts';
import { saleAt, saleEndMs } from '../../contracts/sale.ts';
import type { Sql, Transaction } from '../../db/connect.ts';
import {
  type PerformanceRow,
  readStops,
  readZones,
  type StopRow,
  type ZoneRow,
} from '../../db/queries/edit-performances.ts';
import { isoTime } from '../../platform/clock.ts';

const toIso = (time: Date | null): string | null => time && isoTime(time.getTime());

/** Performances as operators see them, with what is sold and blocked of each zone. Three reads, whatever their number. */
export async function viewPerformances(
  sql: Sql | Transaction,
  rows: readonly PerformanceRow[],
  nowMs: number,
): Promise<OperatorPerformanceView[]> {
  const ids = rows.map(({ id }) => id);
  const zones = await readZones(sql, ids);
  const stops = await readStops(sql, ids);
  return rows.map((row) => {
    const own = <T extends { performanceId: string }>(all: readonly T[]) =>
      all.filter(({ performanceId }) => performanceId === row.id);
    return toView(row, own(zones), own(stops), nowMs);
  });
}

/** When a performance is sold, as `saleAt` reads it. */
export const saleTimesOf = (row: PerformanceRow) => ({
  status: row.status,
  startsAt: isoTime(row.startsAt.getTime()),
  onSaleAt: toIso(row.onSaleAt),
  salesCutOffSeconds: row.salesCutOffSeconds,
});

function toView(row: PerformanceRow, zones: ZoneRow[], stops: StopRow[], nowMs: number): OperatorPerformanceView {
  const { id, eventId, room, timeZone, placesPerBuyer, currency, seatMapId, version } = row;
  const times = saleTimesOf(row);
  const endMs = saleEndMs(times);
  return {
    id,
    eventId,
    room,
    ...times,
    sale: saleAt(times, nowMs),
    salesEndAt: endMs === null ? null : isoTime(endMs),
    timeZone,
    placesPerBuyer,
    currency,
    seatMapId,
    ...(stops.length === 0 ? {} : { stops: stops.map(toStop) }),
    zones: zones.map(toZone),
    version,
  };
}

const toStop = ({ code, name, arrivesAt, departsAt }: StopRow) => ({
  code,
  name,
  arrivesAt: toIso(arrivesAt),
  departsAt: toIso(departsAt),
});

const toZone = ({
  performanceId: _,
  capacityVersion: _version,
  class: ofClass,
  quota,
  ...zone
}: ZoneRow): OperatorZoneView => ({
  ...zone,
  ...(ofClass === null ? {} : { class: ofClass }),
  ...(quota === null ? {} : { quota }),
});
