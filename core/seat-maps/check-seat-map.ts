import { setImmediate as othersTurn } from 'node:timers/promises';
import * as v from 'valibot';
import type { SeatMap, SeatMapSeat, SeatMapZone } from '../../contracts/catalogue.ts';
import type { FieldError } from '../../contracts/errors.ts';
import {
  importDocumentSchema,
  importRowSchema,
  importSeatSchema,
  importZoneSchema,
  MAX_IMPORT_SEATS,
} from '../../contracts/seat-map-import.ts';
import type { SeatMapZoneRow } from '../../db/queries/seat-maps.ts';

/** A map that may be written: what is served, and what its zones bring. */
export type CheckedSeatMap = {
  id: string;
  currency: string | null;
  map: SeatMap;
  zones: SeatMapZoneRow[];
  seatCount: number;
};
export type SeatMapVerdict = { ok: true; checked: CheckedSeatMap } | { ok: false; errors: FieldError[] };

/** Faults that are told at most: who made one in a loop made it a thousand times. */
const MAX_FAULTS = 10;
/** Seats and rows that are judged before others get their turn: some milliseconds. */
const JUDGED_A_TURN = 2000;

type Zone = v.InferOutput<typeof importZoneSchema>;
/** What was judged of a map so far; `seats` says where each id stands. */
type SoFar = {
  errors: FieldError[];
  seats: Map<string, string>;
  judged: number;
  onSeats: (seats: number) => void;
};

/**
 * Judges an imported seat map whole: every field, ids that are given twice, capacities that are not the number of seats, prices without
 * a currency. Faults are told with their path, at most MAX_FAULTS. It gives others their turn after some seats, also within a row;
 * `onSeats` is told how many seats were judged so far.
 */
export async function checkSeatMap(
  document: unknown,
  onSeats: (seats: number) => void = () => {},
): Promise<SeatMapVerdict> {
  const errors: FieldError[] = [];
  const head = judge(importDocumentSchema, document, '', errors);
  if (head === null) return { ok: false, errors };
  const soFar: SoFar = { errors, seats: new Map(), judged: 0, onSeats };
  const ids = new Set<string>();
  const [zones, served]: [SeatMapZoneRow[], SeatMapZone[]] = [[], []];
  for (const [i, raw] of head.zones.entries()) {
    if (errors.length >= MAX_FAULTS) break;
    const path = `zones.${i}`;
    const zone = judge(importZoneSchema, raw, path, errors);
    if (zone === null) continue;
    const rows = await judgeRows(zone.rows, `${path}.rows`, soFar);
    if (ids.has(zone.id)) errors.push({ path: `${path}.id`, message: 'is the id of another zone, too' });
    ids.add(zone.id);
    const seats = rows.reduce((sum, row) => sum + row.seats.length, 0);
    zones.push(judgeZone(zone, seats, path, errors));
    served.push({ id: zone.id, rows });
  }
  const seatCount = soFar.seats.size;
  if (seatCount > MAX_IMPORT_SEATS) errors.push({ path: 'zones', message: `more than ${MAX_IMPORT_SEATS} seats` });
  if (head.currency === undefined && zones.some(({ priceMinor }) => priceMinor !== undefined))
    errors.push({ path: 'currency', message: 'is needed, since zones have prices' });
  if (errors.length > 0) return { ok: false, errors: errors.slice(0, MAX_FAULTS) };
  onSeats(seatCount);
  const { id, currency = null } = head;
  return { ok: true, checked: { id, currency, map: { zones: served }, zones, seatCount } };
}

async function judgeRows(raws: readonly unknown[], path: string, soFar: SoFar): Promise<SeatMapZone['rows']> {
  const rows: SeatMapZone['rows'] = [];
  for (const [j, raw] of raws.entries()) {
    if (soFar.errors.length >= MAX_FAULTS) break;
    const row = judge(importRowSchema, raw, `${path}.${j}`, soFar.errors);
    if (row === null) continue;
    await countJudged(soFar);
    rows.push({ name: row.name, seats: await judgeSeats(row.seats, { path: `${path}.${j}.seats`, row: j }, soFar) });
  }
  return rows;
}

async function judgeSeats(
  raws: readonly unknown[],
  at: { path: string; row: number },
  soFar: SoFar,
): Promise<SeatMapSeat[]> {
  const seats: SeatMapSeat[] = [];
  for (const [k, raw] of raws.entries()) {
    if (soFar.errors.length >= MAX_FAULTS) break;
    const path = `${at.path}.${k}`;
    const seat = judge(importSeatSchema, raw, path, soFar.errors);
    if (seat === null) continue;
    await countJudged(soFar);
    const first = soFar.seats.get(seat.id);
    if (first !== undefined)
      soFar.errors.push({ path: `${path}.id`, message: `${seat.id} is the id of ${first}, too` });
    else soFar.seats.set(seat.id, path);
    const { id, name, x = k, y = at.row, accessible, berth } = seat;
    seats.push({
      id,
      name,
      x,
      y,
      ...(accessible === true ? { accessible } : {}),
      ...(berth === undefined ? {} : { berth }),
    });
  }
  return seats;
}

/** One more row or seat; now and then it gives others their turn, however the map is cut into rows. */
function countJudged(soFar: SoFar): Promise<void> | undefined {
  soFar.judged += 1;
  if (soFar.judged % JUDGED_A_TURN > 0) return undefined;
  soFar.onSeats(soFar.seats.size);
  return othersTurn();
}

/** A zone's own fields against its seats. */
function judgeZone(zone: Zone, seats: number, path: string, errors: FieldError[]): SeatMapZoneRow {
  const { id, name = id, kind = seats > 0 ? 'reserved' : 'general', capacity, priceMinor, feeMinor } = zone;
  const refuse = (field: string, message: string) => errors.push({ path: `${path}.${field}`, message });
  if (kind === 'general' && zone.rows.length > 0) refuse('rows', 'a general zone has no seats');
  if (kind === 'general' && capacity === undefined) refuse('capacity', 'a general zone needs its number of places');
  if (kind === 'reserved' && seats === 0) refuse('rows', 'a reserved zone has one seat at least');
  if (kind === 'reserved' && capacity !== undefined && capacity !== seats && errors.length === 0)
    refuse('capacity', `is ${capacity}, and the zone has ${seats} seats`);
  if (priceMinor === undefined ? feeMinor > 0 : feeMinor > priceMinor)
    refuse('feeMinor', 'is more than the price that it is part of');
  const { class: ofClass, quota } = zone;
  return {
    id,
    name,
    kind,
    capacity: kind === 'reserved' ? seats : (capacity ?? 0),
    class: ofClass,
    quota,
    priceMinor,
    feeMinor,
  };
}

/** The value if the schema takes it; otherwise null, its faults with their whole paths among `errors`. */
function judge<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  path: string,
  errors: FieldError[],
): v.InferOutput<S> | null {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const inside = v.getDotPath(issue);
    errors.push({
      path: [path, inside].filter((part) => part !== null && part !== '').join('.'),
      message: issue.message,
    });
  }
  return null;
}
