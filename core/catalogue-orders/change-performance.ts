import type { FieldError } from '../../contracts/errors.ts';
import type { OperatorPerformanceView, PerformancePatch } from '../../contracts/operator-catalogue.ts';
import { refuseSaleTimes } from '../../contracts/sale.ts';
import type { Transaction } from '../../db/connect.ts';
import type { JSONValue } from '../../db/queries/audit.ts';
import { lockEvent } from '../../db/queries/edit-catalogue.ts';
import {
  hasBlocks,
  isRoom,
  lockPerformance,
  lockZones,
  type PerformanceRow,
  readPerformanceRow,
  readZones,
  writeCapacity,
  writePerformance,
  writeZone,
} from '../../db/queries/edit-performances.ts';
import { moveStops, noteMove } from '../../db/queries/moves.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { invalidRequest } from '../http/json-body.ts';
import { offerFreed, type OfferDeps } from '../waitlist/offer-freed.ts';
import type { Changer, ExpectedVersions } from '../operator/change-room.ts';
import { changeZones, type ChangedZone } from './change-zones.ts';
import { auditCatalogue, changedFields, requireVersion } from './edited-row.ts';
import { saleTimesOf, viewPerformances } from './performance-view.ts';

/**
 * How long before its on-sale time a performance counts as published, ms: its inventory is laid out a minute ahead, under the keys of
 * its room.
 */
const PUBLISHED_AHEAD_MS = 120_000;
const STATUSES = ['scheduled', 'on_sale', 'ended'] as const;

/**
 * Changes a performance with its audit row; set to what it is already, it counts no version. What is sold keeps its price and its place.
 * Refuses: `performance_not_found`, `stale`, `invalid_request` with each field that can't be so; then nothing is changed.
 */
export async function changePerformance(
  tx: Transaction,
  deps: OfferDeps,
  id: string,
  patch: PerformancePatch,
  expected: ExpectedVersions,
  { actor, nowMs }: Changer,
): Promise<OperatorPerformanceView> {
  const row = await lockPerformance(tx, id);
  if (row === null) throw new OperatingError('performance_not_found');
  requireVersion(row, expected);
  const before = toEditable(row);
  const after = patched(before, patch);
  const zones = changeZones(await readZones(tx, [id]), patch);
  const errors = [...(await refuseRow(tx, row, after, nowMs)), ...zones.errors];
  if (errors.length === 0) errors.push(...(await refuseCapacities(tx, row, zones.changed)));
  if (errors.length > 0) throw invalidRequest(errors);
  const change = changedFields(
    { ...before, zones: toldOf(zones.changed, 'before') },
    { ...after, zones: toldOf(zones.changed, 'after') },
  );
  if (change !== null) {
    await noteIfMoved(tx, row, after, nowMs);
    await writePerformance(tx, id, after);
    for (const { after: zone, hasCapacity } of zones.changed) {
      await writeZone(tx, zone);
      if (hasCapacity) await writeCapacity(tx, zone);
    }
    await offerGrown(tx, deps, id, zones.changed);
    await auditCatalogue(tx, { actor, action: 'performance.change', subject: `performance:${id}` }, change);
  }
  return readBack(tx, id, nowMs);
}

/** The performance as it is now. Refuses: `performance_not_found`. */
export async function readBack(tx: Transaction, id: string, nowMs: number): Promise<OperatorPerformanceView> {
  const row = await readPerformanceRow(tx, id);
  const [view] = row === null ? [] : await viewPerformances(tx, [row], nowMs);
  if (view === undefined) throw new OperatingError('performance_not_found');
  return view;
}

const toEditable = (row: PerformanceRow) => {
  const { room, timeZone, placesPerBuyer } = row;
  return { room, timeZone, placesPerBuyer, ...saleTimesOf(row) };
};
type Editable = ReturnType<typeof toEditable>;

/** The row after a patch. A field that the patch leaves out stays as it is. */
function patched(before: Editable, patch: PerformancePatch): Editable {
  const { room = before.room, status = before.status, startsAt = before.startsAt, timeZone = before.timeZone } = patch;
  const { onSaleAt = before.onSaleAt, salesCutOffSeconds = before.salesCutOffSeconds } = patch;
  const { placesPerBuyer = before.placesPerBuyer } = patch;
  return { room, status, startsAt, timeZone, onSaleAt, salesCutOffSeconds, placesPerBuyer };
}

async function refuseRow(tx: Transaction, row: PerformanceRow, after: Editable, nowMs: number): Promise<FieldError[]> {
  const errors = refuseSaleTimes(after);
  if (STATUSES.indexOf(after.status) < STATUSES.indexOf(row.status))
    errors.push({ path: 'status', message: `goes on only: it is ${row.status}` });
  if (after.room === row.room) return errors;
  if (!(await isRoom(tx, after.room))) errors.push({ path: 'room', message: 'there is no such room' });
  const isPublished = (status: string, onSaleAt: number) =>
    status !== 'scheduled' || onSaleAt - nowMs < PUBLISHED_AHEAD_MS;
  // Also by this very change: another process may still take it for the old room's.
  if (
    isPublished(row.status, row.onSaleAt?.getTime() ?? Infinity) ||
    isPublished(after.status, after.onSaleAt === null ? Infinity : Date.parse(after.onSaleAt))
  )
    errors.push({ path: 'room', message: 'is fixed, since the performance is published' });
  // Their places stand in the inventory of its present room.
  else if (await hasBlocks(tx, row.id))
    errors.push({ path: 'room', message: 'is fixed, since places of it were blocked' });
  return errors;
}

/**
 * Judged under the locks of the zones: no batch sells of them until this transaction ends. The event's lock comes first: writing the
 * performance takes it anyway (search documents), and who has it may be long about it.
 */
async function refuseCapacities(
  tx: Transaction,
  { id, eventId }: PerformanceRow,
  changed: readonly ChangedZone[],
): Promise<FieldError[]> {
  const grown = changed.filter(({ hasCapacity }) => hasCapacity);
  if (grown.length === 0) return [];
  await lockEvent(tx, eventId);
  const zoneIds = grown.map(({ after }) => after.id);
  const free = await lockZones(tx, id, zoneIds);
  return grown.flatMap(({ before, after, path }) => {
    const taken = before.capacity - (free.get(after.id) ?? 0);
    return after.capacity >= taken
      ? []
      : [{ path: `${path}.capacity`, message: `zone ${after.id}: ${taken} places are sold or blocked` }];
  });
}

/** Who has places of a performance is told of another time, unless both are past. */
async function noteIfMoved(tx: Transaction, row: PerformanceRow, after: Editable, nowMs: number): Promise<void> {
  const [wasMs, isMs] = [row.startsAt.getTime(), Date.parse(after.startsAt)];
  if (wasMs === isMs && row.timeZone === after.timeZone) return;
  if (wasMs > nowMs || isMs > nowMs) await noteMove(tx, row.id);
  if (wasMs !== isMs) await moveStops(tx, row.id, after.startsAt);
}

/** New places of general zones go to those who wait for them; it is their capacities that were locked and written. */
async function offerGrown(
  tx: Transaction,
  deps: OfferDeps,
  id: string,
  changed: readonly ChangedZone[],
): Promise<void> {
  const items = changed.flatMap(({ before, after }) =>
    after.capacity > before.capacity
      ? [{ zoneId: after.id, seatId: null, quantity: after.capacity - before.capacity }]
      : [],
  );
  const performance = items.length === 0 ? null : await deps.catalogue.performance(id);
  if (performance !== null) await offerFreed(tx, deps, id, { legs: [0, performance.legCount], items });
}

/** What the trail says of the zones that were changed. */
const toldOf = (changed: readonly ChangedZone[], side: 'before' | 'after'): JSONValue =>
  Object.fromEntries(
    changed.map((zone) => {
      const { name, priceMinor, feeMinor, capacity } = zone[side];
      return [zone.after.id, { name, priceMinor, feeMinor, capacity }];
    }),
  );
