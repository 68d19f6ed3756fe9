import { createHash } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { FieldError } from '../../contracts/errors.ts';
import { MAX_IMPORT_BYTES } from '../../contracts/limits.ts';
import type { OperatorSeatMapView } from '../../contracts/seat-map-import.ts';
import type { Transaction } from '../../db/connect.ts';
import {
  insertSeatMap,
  type NewSeatMap,
  readSeatMapRow,
  type SeatMapRow,
  type SeatMapZoneRow,
} from '../../db/queries/seat-maps.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { auditCatalogue } from '../catalogue-orders/edited-row.ts';
import { invalidRequest, readText } from '../http/json-body.ts';
import { headersOf } from '../http/node-request.ts';
import { checkSeatMap } from './check-seat-map.ts';
import { type ReadDocument, readSeatMapCsv } from './read-csv.ts';
import { readSeatMapJson } from './read-json.ts';

/** A file as it came. */
export type SeatMapFile = { type: 'json' | 'csv'; text: string; sha256: string };

/** Reads the file of an import. Refuses: `unsupported_media_type`, `payload_too_large`. */
export async function readSeatMapFile(request: Request): Promise<SeatMapFile> {
  const mediaType = headersOf(request).get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json' && mediaType !== 'text/csv')
    throw new OperatingError('unsupported_media_type', { detail: 'Send application/json or text/csv.' });
  const text = await readText(request, MAX_IMPORT_BYTES);
  const type = mediaType === 'text/csv' ? 'csv' : 'json';
  return { type, text, sha256: createHash('sha256').update(text).digest('base64url') };
}

/**
 * Judges a file whole and makes of it what is to be written; nothing is written here. `id` names the map of a CSV file. Refuses:
 * `malformed_json`, `invalid_request` with the line and the path of each fault.
 */
export async function judgeSeatMap(
  { type, text }: Pick<SeatMapFile, 'type' | 'text'>,
  id: string | null,
  onSeats?: (seats: number) => void,
): Promise<NewSeatMap> {
  const read = type === 'csv' ? await readSeatMapCsv(id, text) : { ok: true as const, ...readSeatMapJson(text) };
  if (!read.ok) throw invalidRequest(read.errors);
  const verdict = await checkSeatMap(read.document, onSeats);
  if (!verdict.ok) throw invalidRequest(await withLines(verdict.errors, read));
  const { checked } = verdict;
  return { id: checked.id, text: JSON.stringify(checked.map), currency: checked.currency, zones: checked.zones };
}

/** Writes a judged map with its audit row. Refuses: `id_taken`. */
export async function importSeatMap(tx: Transaction, map: NewSeatMap, actor: string): Promise<OperatorSeatMapView> {
  if (!(await insertSeatMap(tx, map))) throw new OperatingError('id_taken');
  const row = await readSeatMapRow(tx, map.id);
  if (row === null) throw new Error('the seat map that was written is not there');
  const { id, ...told } = row;
  const entry = { actor, action: 'seat_map.import', subject: `seat-map:${id}` };
  await auditCatalogue(tx, entry, { before: null, after: { ...told, zones: map.zones.map((zone) => zone.id) } });
  return toSeatMapView(row, map.zones);
}

/** A map as it would be answered were it written. */
export function drySeatMapView(map: NewSeatMap): OperatorSeatMapView {
  const seatCount = map.zones.reduce((sum, zone) => sum + (zone.kind === 'reserved' ? zone.capacity : 0), 0);
  const sha256 = createHash('sha256').update(map.text).digest('hex');
  return toSeatMapView({ id: map.id, currency: map.currency, seatCount, sha256 }, map.zones);
}

/** A seat map without its seats, as operators see it. */
export const toSeatMapView = (row: SeatMapRow, zones: readonly SeatMapZoneRow[]): OperatorSeatMapView => ({
  ...row,
  zones: zones.map(({ id, name, kind, capacity, class: ofClass, quota, priceMinor, feeMinor }) => ({
    id,
    name,
    kind,
    capacity,
    ...(typeof ofClass === 'string' ? { class: ofClass } : {}),
    ...(typeof quota === 'string' ? { quota } : {}),
    ...(typeof priceMinor === 'number' ? { priceMinor } : {}),
    feeMinor: feeMinor ?? 0,
  })),
});

/** Each fault with its line. Finding one walks the whole file at worst, a tenth of a second: others get their turn between two. */
async function withLines(errors: readonly FieldError[], { lineOf }: ReadDocument): Promise<FieldError[]> {
  const told: FieldError[] = [];
  for (const { path, message } of errors) {
    await othersTurn();
    const line = lineOf(path);
    told.push({ path, message: line === null ? message : `line ${line}: ${message}` });
  }
  return told;
}
