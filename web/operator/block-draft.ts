import type { BlockRequest } from '../../contracts/blocks.ts';
import type { PerformanceView, SeatMapZone } from '../../contracts/catalogue.ts';
import type { ApiProblem } from '../shared/api-client.ts';
import { readSeats, writeSeats } from './seat-text.ts';

/** The fields of the form that makes a block, as they were typed. */
export type BlockDraft = Record<'name' | 'zoneId' | 'seats' | 'quantity' | 'from' | 'to' | 'allocationCode', string>;
export type BlockErrors = Partial<Record<keyof BlockDraft, string>>;

type Read = { ok: true; body: Partial<BlockRequest> } | { ok: false; errors: BlockErrors };

/** Turns what was typed into what is asked for; seats that the map does not have are told beside their field. Pure. */
export function readDraft(
  draft: BlockDraft,
  { zones, stops = [] }: Pick<PerformanceView, 'zones' | 'stops'>,
  mapped: readonly SeatMapZone[],
): Read {
  const { zoneId, from, to } = draft;
  const [name, allocationCode] = [draft.name.trim(), draft.allocationCode.trim()];
  const rest = {
    ...(name === '' ? {} : { name }),
    ...(allocationCode === '' ? {} : { allocationCode }),
    ...(stops.length > 2 ? { legs: { from, to } } : {}),
  };
  if (zones.find(({ id }) => id === zoneId)?.kind === 'general') {
    const quantity = /^\d+$/.test(draft.quantity.trim()) ? Number(draft.quantity) : 0;
    if (quantity < 1) return { ok: false, errors: { quantity: 'A whole number from 1 on.' } };
    return { ok: true, body: { ...rest, items: [{ zoneId, quantity }] } };
  }
  const { seats, unknown } = readSeats(draft.seats, mapped.find(({ id }) => id === zoneId)?.rows ?? []);
  if (unknown.length > 0) return { ok: false, errors: { seats: `Not in this zone: ${unknown.join('; ')}` } };
  if (seats.length === 0) return { ok: false, errors: { seats: 'Name at least one seat.' } };
  return { ok: true, body: { ...rest, items: [{ zoneId, seats }] } };
}

/** Where the server's refusal belongs: beside a field, or below the form. Pure. */
export function refusalOf(
  { code, detail, document, errors }: ApiProblem,
  zoneId: string,
  mapped: readonly SeatMapZone[],
): { errors: BlockErrors; detail: string | null } {
  const [seats, available] = [document['seats'], document['available']];
  if (code === 'seats_unavailable' && Array.isArray(seats)) {
    const taken = writeSeats(seats.map(String), mapped.find(({ id }) => id === zoneId)?.rows ?? []);
    return { errors: { seats: `Held, sold or blocked already: ${taken.join('; ')}` }, detail: null };
  }
  if (code === 'zone_sold_out') return { errors: { quantity: `Only ${String(available)} are free.` }, detail: null };
  const [first] = errors;
  if (first === undefined) return { errors: {}, detail };
  const field = FIELDS.find(([path]) => first.path.startsWith(path))?.[1];
  return field === undefined
    ? { errors: {}, detail: first.message }
    : { errors: { [field]: first.message }, detail: null };
}

const FIELDS: readonly (readonly [string, keyof BlockDraft])[] = [
  ['name', 'name'],
  ['allocationCode', 'allocationCode'],
  ['legs.from', 'from'],
  ['legs', 'to'],
];
