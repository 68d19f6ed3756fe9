import { expect, it } from 'vitest';
import type { SeatMapZone, ZoneView } from '../../contracts/catalogue.ts';
import { describeItems } from './block-card.tsx';
import { readDraft, refusalOf, type BlockDraft } from './block-draft.ts';
import { readSeats, writeSeats } from './seat-text.ts';

const row = (name: string, ...seats: string[]) => ({
  name,
  seats: seats.map((seat, x) => ({ id: `${name}-${seat}`.toLowerCase(), name: seat, x, y: 0 })),
});
const ROWS = [row('A', '1', '2', '3', '4', '5'), row('Box 7', '1', '2'), row('C', 'W-1', 'W-2', '3')];
const MAPPED: SeatMapZone[] = [{ id: 'stalls', rows: ROWS }];
const zone = (id: string, kind: ZoneView['kind']): ZoneView => ({
  id,
  name: id.toUpperCase(),
  kind,
  capacity: 9,
  available: 9,
  priceMinor: 1,
});
const VIEW = { zones: [zone('stalls', 'reserved'), zone('standing', 'general')] };
const EMPTY: BlockDraft = { name: '', zoneId: 'stalls', seats: '', quantity: '', from: '', to: '', allocationCode: '' };

it('seats are named by row, as single ones and ranges in either direction, and written back the same way', () => {
  const { seats, unknown } = readSeats('a: 4-2, 5\n\nBox 7: 1 – 2, 1\nC: W-1', ROWS);
  expect(unknown).toEqual([]);
  expect(seats).toEqual(['a-2', 'a-3', 'a-4', 'a-5', 'box 7-1', 'box 7-2', 'c-w-1']);
  expect(writeSeats(seats, ROWS)).toEqual(['A: 2-5', 'Box 7: 1-2', 'C: W-1']);
  expect(writeSeats(['a-1', 'a-3', 'gone'], ROWS)).toEqual(['A: 1, 3', 'gone']);
});

it('what names no seat is told, part by part', () => {
  expect(readSeats('A: 1-9, 2\nD: 1\n12', ROWS)).toEqual({ seats: ['a-2'], unknown: ['A: 1-9', 'D: 1', '12'] });
});

it('a draft becomes a request, or is told what is missing beside its field', () => {
  expect(readDraft({ ...EMPTY, name: ' Camera ', seats: 'A: 1' }, VIEW, MAPPED)).toEqual({
    ok: true,
    body: { name: 'Camera', items: [{ zoneId: 'stalls', seats: ['a-1'] }] },
  });
  const stops = ['X', 'Y', 'Z'].map((code) => ({ code, name: code, arrivesAt: null, departsAt: null }));
  const onALeg = { ...EMPTY, zoneId: 'standing', quantity: '12', allocationCode: 'PRESS', from: 'X', to: 'Y' };
  expect(readDraft(onALeg, { ...VIEW, stops }, MAPPED)).toEqual({
    ok: true,
    body: { allocationCode: 'PRESS', legs: { from: 'X', to: 'Y' }, items: [{ zoneId: 'standing', quantity: 12 }] },
  });
  for (const quantity of ['', '0', '-1', '1.5', 'x'])
    expect(readDraft({ ...EMPTY, zoneId: 'standing', quantity }, VIEW, MAPPED)).toMatchObject({ ok: false });
  expect(readDraft(EMPTY, VIEW, MAPPED)).toEqual({ ok: false, errors: { seats: 'Name at least one seat.' } });
  expect(readDraft({ ...EMPTY, seats: 'Z: 1' }, VIEW, MAPPED)).toMatchObject({
    errors: { seats: 'Not in this zone: Z: 1' },
  });
});

it('a refusal stands beside the field it is about', () => {
  const problem = { code: 'internal', status: 500, detail: 'No.', errors: [], document: {} };
  const told = (part: object) => refusalOf({ ...problem, ...part }, 'stalls', MAPPED);
  expect(told({ code: 'seats_unavailable', document: { seats: ['a-1', 'a-2'] } }).errors.seats).toMatch(/A: 1-2$/);
  expect(told({ code: 'zone_sold_out', document: { available: 3 } }).errors).toEqual({ quantity: 'Only 3 are free.' });
  expect(told({ errors: [{ path: 'legs.to', message: 'before' }] }).errors).toEqual({ to: 'before' });
  expect(told({ errors: [{ path: 'items.0', message: 'odd' }] })).toEqual({ errors: {}, detail: 'odd' });
  expect(told({})).toEqual({ errors: {}, detail: 'No.' });
});

it('a card tells rows of seats and places of zones by their names', () => {
  const items = [
    { zoneId: 'stalls', seats: ['a-1', 'a-2', 'c-3'] },
    { zoneId: 'standing', quantity: 1200 },
  ];
  expect(describeItems({ items }, VIEW, MAPPED)).toEqual(['STALLS, A: 1-2', 'STALLS, C: 3', 'STANDING: 1,200']);
});
