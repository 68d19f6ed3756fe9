import type { FieldError } from '../../contracts/errors.ts';
import type { NewPerformanceRequest, OperatorPerformanceView } from '../../contracts/operator-catalogue.ts';
import type { StopView } from '../../contracts/catalogue.ts';
import { refuseSaleTimes } from '../../contracts/sale.ts';
import type { Transaction } from '../../db/connect.ts';
import { addPerformance } from '../../db/queries/add-catalogue.ts';
import { type EventRow, readEvent, readVenue } from '../../db/queries/edit-catalogue.ts';
import { isRoom } from '../../db/queries/edit-performances.ts';
import type { PerformanceFacts } from '../../db/queries/read-catalogue.ts';
import { insertSeatMap, readSeatMapRow, readSeatMapZones } from '../../db/queries/seat-maps.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { invalidRequest } from '../http/json-body.ts';
import type { Changer } from '../operator/change-room.ts';
import { readBack } from './change-performance.ts';
import { auditCatalogue, makeSlug } from './edited-row.ts';
import { resolveZones } from './resolve-zones.ts';

/** The map of performances whose seats have no numbers. */
const NO_SEATS = 'no-seats';

/**
 * Adds a performance whole, with its audit row: stops, zones, prices, nothing sold. Refuses: `id_taken`, `invalid_request` with every
 * field that is missing, contradicts another, or names what is not there; then nothing is written.
 */
export async function createPerformance(
  tx: Transaction,
  wanted: NewPerformanceRequest,
  { actor, nowMs }: Changer,
): Promise<OperatorPerformanceView> {
  const facts = await resolve(tx, wanted);
  if (!(await addPerformance(tx, facts))) throw new OperatingError('id_taken');
  const { id, stops, zones, onSaleAt = null, salesCutOffSeconds = null, placesPerBuyer = null, ...rest } = facts;
  const told = {
    ...rest,
    onSaleAt,
    salesCutOffSeconds,
    placesPerBuyer,
    stops: stops.map(({ code }) => code),
    zones: zones.map((zone) => ({ ...zone })),
  };
  const entry = { actor, action: 'performance.create', subject: `performance:${id}` };
  await auditCatalogue(tx, entry, { before: null, after: told });
  return readBack(tx, id, nowMs);
}

type Refuse = (path: string, message: string) => undefined;

/** What is wanted, with what its event, its venue and its seat map say beside it. */
async function resolve(
  tx: Transaction,
  { id, zones: wantedZones, stops: wantedStops, seatMapId, ...wanted }: NewPerformanceRequest,
): Promise<PerformanceFacts> {
  const errors: FieldError[] = refuseSaleTimes(wanted);
  const refuse: Refuse = (path, message) => void errors.push({ path, message });
  const event = await readEvent(tx, wanted.eventId);
  if (event === null) refuse('eventId', 'there is no such event');
  if (!(await isRoom(tx, wanted.room))) refuse('room', 'there is no such room');
  const stops = resolveStops(event, wantedStops, refuse);
  const timeZone = wanted.timeZone ?? (await timeZoneOf(tx, event)) ?? refuse('timeZone', NO_TIME_ZONE);
  const map = (await findMap(tx, seatMapId)) ?? refuse('seatMapId', 'there is no such seat map');
  const currency = resolveCurrency(wanted.currency, map?.currency ?? null, refuse);
  const zones = map && resolveZones(wantedZones, await readSeatMapZones(tx, map.id));
  if (zones?.ok === false) errors.push(...zones.errors);
  if (!map || timeZone === undefined || currency === undefined || zones?.ok !== true || errors.length > 0)
    throw invalidRequest(errors);
  return {
    ...wanted,
    id: id ?? makeSlug(`${wanted.eventId} ${wanted.startsAt.slice(0, 10)}`),
    timeZone,
    currency,
    seatMapId: map.id,
    legCount: Math.max(1, stops.length - 1),
    stops,
    zones: zones.zones,
  };
}

const NO_TIME_ZONE = 'is needed, since the event has no venue';

async function timeZoneOf(tx: Transaction, event: EventRow | null): Promise<string | undefined> {
  if (event === null || event.venueId === null) return undefined;
  return (await readVenue(tx, event.venueId))?.timeZone;
}

/** The currency that is wanted, or the seat map's; one that has prices goes by no other. */
function resolveCurrency(wanted: string | undefined, ofMap: string | null, refuse: Refuse): string | undefined {
  const currency = wanted ?? ofMap ?? refuse('currency', 'is needed, since the seat map brings none');
  if (ofMap !== null && ofMap !== currency) refuse('currency', `the prices of the seat map are in ${ofMap}`);
  return currency;
}

/** The stops of a train's run, in the order of their times. */
function resolveStops(event: EventRow | null, wanted: NewPerformanceRequest['stops'], refuse: Refuse): StopView[] {
  if (event?.kind === 'train' && wanted === undefined) refuse('stops', 'a train has two stops at least');
  if (event?.kind === 'event' && wanted !== undefined) refuse('stops', 'only a train has stops');
  const stops = wanted ?? [];
  let lastMs = -Infinity;
  for (const [i, stop] of stops.entries()) {
    for (const field of ['arrivesAt', 'departsAt'] as const) {
      const time = stop[field];
      if (time === null) continue;
      if (Date.parse(time) < lastMs) refuse(`stops.${i}.${field}`, 'lies before what comes before it on the run');
      lastMs = Math.max(lastMs, Date.parse(time));
    }
  }
  return stops;
}

/** The map that is named, or the one without seats, made at its first use. */
async function findMap(tx: Transaction, seatMapId = NO_SEATS) {
  const map = await readSeatMapRow(tx, seatMapId);
  if (map !== null || seatMapId !== NO_SEATS) return map;
  await insertSeatMap(tx, { id: NO_SEATS, text: '{"zones":[]}', currency: null, zones: [] });
  return readSeatMapRow(tx, NO_SEATS);
}
