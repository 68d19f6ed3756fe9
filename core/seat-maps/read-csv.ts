import { setImmediate as othersTurn } from 'node:timers/promises';
import type { FieldError } from '../../contracts/errors.ts';
import { csvRecords, type CsvRecord } from './csv-lines.ts';

/** A seat map's document, made of something that may be wrong in every field; `lineOf` says where a path of it stands in the file. */
export type ReadDocument = { document: unknown; lineOf: (path: string) => number | null };
export type ReadOutcome = ({ ok: true } & ReadDocument) | { ok: false; errors: FieldError[] };

const OF_ZONE = ['zoneName', 'kind', 'class', 'quota', 'priceMinor', 'feeMinor', 'capacity'] as const;
const OF_SEAT = ['row', 'seat', 'id', 'x', 'y', 'accessible', 'berth'] as const;
const COLUMNS: ReadonlySet<string> = new Set(['zone', 'currency', ...OF_ZONE, ...OF_SEAT]);
/** Lines that are read before others get their turn: some milliseconds. */
const LINES_A_TURN = 2000;
const NUMBERS: ReadonlySet<string> = new Set(['priceMinor', 'feeMinor', 'capacity', 'x', 'y']);

type Cells = ReadonlyMap<string, string>;
type Row = { name: string; seats: object[]; lines: number[] };
type Zone = { fields: Map<string, string>; line: number; rows: Map<string, Row> };

/**
 * Turns the CSV form of a seat map (docs/imports.md) into the document that the JSON form has: a line for each seat, or one for a
 * general zone. What a zone is may stand on its first line only; a later line that says otherwise is refused. Values are judged with the
 * document. It gives others their turn between lines.
 */
export async function readSeatMapCsv(id: string | null, text: string): Promise<ReadOutcome> {
  const zones = new Map<string, Zone>();
  const errors: FieldError[] = [];
  let header: string[] | null = null;
  let currency: string | undefined;
  try {
    for await (const record of csvRecords(text)) {
      if (header === null) {
        header = record.cells.map((name) => name.trim());
        const fault = refuseHeader(header);
        if (fault !== null) return { ok: false, errors: [{ path: '', message: `line ${record.line}: ${fault}` }] };
        continue;
      }
      const cells = toCells(header, record, errors);
      if (cells === null) break;
      currency = once(currency, cells.get('currency'), record.line, 'currency', errors);
      addLine(zones, cells, record.line, errors);
      if (record.line % LINES_A_TURN === 0) await othersTurn();
      if (errors.length > 0) break;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    errors.push({ path: '', message: error.message });
  }
  if (header === null && errors.length === 0) errors.push({ path: '', message: 'line 1: there is no header' });
  if (errors.length > 0) return { ok: false, errors };
  const all = [...zones];
  const document = {
    ...(id === null ? {} : { id }),
    ...(currency === undefined ? {} : { currency }),
    zones: all.map(([zoneId, zone]) => toZone(zoneId, zone)),
  };
  return {
    ok: true,
    document,
    lineOf: (path) =>
      lineOf(
        all.map(([, zone]) => zone),
        path,
      ),
  };
}

function refuseHeader(header: readonly string[]): string | null {
  const unknown = header.find((name) => !COLUMNS.has(name));
  if (unknown !== undefined)
    return `${unknown === '' ? 'a column without a name' : `${unknown} is no column`} of a seat map`;
  const twice = header.find((name, i) => header.indexOf(name) !== i);
  if (twice !== undefined) return `${twice} stands there twice`;
  return header.includes('zone') ? null : 'the column zone is missing';
}

function toCells(header: readonly string[], { line, cells }: CsvRecord, errors: FieldError[]): Cells | null {
  if (cells.length > header.length) {
    errors.push({ path: '', message: `line ${line}: has ${cells.length} cells, and the header ${header.length}` });
    return null;
  }
  return new Map(header.map((name, i) => [name, (cells[i] ?? '').trim()] as const).filter(([, value]) => value !== ''));
}

function addLine(zones: Map<string, Zone>, cells: Cells, line: number, errors: FieldError[]): void {
  const zoneId = cells.get('zone');
  if (zoneId === undefined) return void errors.push({ path: 'zone', message: `line ${line}: is needed on every line` });
  const zone: Zone = zones.get(zoneId) ?? { fields: new Map<string, string>(), line, rows: new Map<string, Row>() };
  zones.set(zoneId, zone);
  for (const name of OF_ZONE) {
    const value = once(zone.fields.get(name), cells.get(name), line, name, errors);
    if (value !== undefined) zone.fields.set(name, value);
  }
  const seat = toSeat(zoneId, cells);
  if (seat === null) return;
  const rowName = cells.get('row') ?? '1';
  const row = zone.rows.get(rowName) ?? { name: rowName, seats: [], lines: [] };
  zone.rows.set(rowName, row);
  row.seats.push(seat);
  row.lines.push(line);
}

/** A value that may be said again, but not otherwise. */
function once(known: string | undefined, said: string | undefined, line: number, name: string, errors: FieldError[]) {
  if (known !== undefined && said !== undefined && known !== said)
    errors.push({ path: name, message: `line ${line}: is ${said}, and was ${known} before` });
  return known ?? said;
}

/** Null on a line that is about the zone only. A seat without an id gets one of its zone, row and name. */
function toSeat(zoneId: string, cells: Cells): object | null {
  if (!OF_SEAT.some((name) => cells.has(name))) return null;
  const { row: _row, seat, id, accessible, ...rest } = fieldsOf(cells, OF_SEAT);
  const made = [zoneId, cells.get('row'), cells.get('seat')]
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return {
    id: id ?? made,
    ...(seat === undefined ? {} : { name: seat }),
    ...rest,
    ...(accessible === undefined ? {} : { accessible: BOOLEANS.get(String(accessible)) ?? accessible }),
  };
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

/** Texts as the document has them: what looks like a number where one belongs is one; the rest is left for the judgement. */
function fieldsOf(cells: ReadonlyMap<string, string>, names: readonly string[]): Record<string, string | number> {
  const fields: Record<string, string | number> = {};
  for (const name of names) {
    const text = cells.get(name);
    if (text !== undefined) fields[name] = NUMBERS.has(name) && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  }
  return fields;
}

function toZone(id: string, { fields, rows }: Zone): object {
  const { zoneName, ...rest } = fieldsOf(fields, OF_ZONE);
  const seated = [...rows.values()].map(({ name, seats }) => ({ name, seats }));
  return { id, ...(zoneName === undefined ? {} : { name: zoneName }), ...rest, rows: seated };
}

function lineOf(zones: readonly Zone[], path: string): number | null {
  const [, zoneAt, rowAt, seatAt] = /^zones\.(\d+)(?:\.rows\.(\d+)(?:\.seats\.(\d+))?)?/.exec(path) ?? [];
  const zone = zoneAt === undefined ? undefined : zones[Number(zoneAt)];
  if (zone === undefined) return null;
  const row = rowAt === undefined ? undefined : [...zone.rows.values()][Number(rowAt)];
  return row?.lines[Number(seatAt ?? 0)] ?? zone.line;
}
