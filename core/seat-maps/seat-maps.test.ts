import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OperatingError } from '../../platform/operating-error.ts';
import { checkSeatMap } from './check-seat-map.ts';
import { csvRecords, type CsvRecord } from './csv-lines.ts';
import { judgeSeatMap } from './import-seat-map.ts';
import { lineOfPath } from './read-json.ts';

const seat = (id: string, rest: object = {}) => ({ id, name: id, x: 0, y: 0, ...rest });
const MAP = {
  id: 'hall',
  currency: 'EUR',
  zones: [
    {
      id: 'stalls',
      name: 'Stalls',
      priceMinor: 5000,
      feeMinor: 250,
      capacity: 2,
      rows: [{ name: 'A', seats: [seat('a-1'), seat('a-2', { accessible: true })] }],
    },
    { id: 'standing', capacity: 100, priceMinor: 2000 },
  ],
};
const CSV = `zone,zoneName,kind,priceMinor,feeMinor,capacity,currency,row,seat,id,x,y,accessible
stalls,Stalls,,5000,250,2,EUR,A,a-1,a-1,0,0,
stalls,,,,,,,A,a-2,a-2,0,0,yes
standing,,general,2000,,100
`;
const judge = (text: string | object, id: string | null = null) =>
  judgeSeatMap(
    typeof text === 'string' ? { type: 'csv', text } : { type: 'json', text: JSON.stringify(text, null, 1) },
    id,
  );
const faultsOf = async (text: string | object, id: string | null = 'hall') => {
  const error: unknown = await judge(text, id).catch((thrown: unknown) => thrown);
  if (!(error instanceof OperatingError)) throw new Error('it was not refused');
  return [error.code, ...(error.details.errors ?? []).map(({ path, message }) => `${path} · ${message}`)];
};
const edited = (edit: (map: typeof MAP) => unknown): object => {
  const copy = structuredClone(MAP);
  edit(copy);
  return copy;
};
const [stalls, standing] = [0, 1];

describe('a seat map', () => {
  it('is the same from JSON and from CSV', async () => {
    const fromJson = await judge(MAP);
    expect(fromJson).toEqual(await judge(CSV, 'hall'));
    expect(fromJson.zones).toMatchObject([
      { id: 'stalls', kind: 'reserved', capacity: 2 },
      { kind: 'general', capacity: 100 },
    ]);
    expect(JSON.parse(fromJson.text)).toMatchObject({
      zones: [{ rows: [{ seats: [{ id: 'a-1' }, { accessible: true }] }] }, { rows: [] }],
    });
  });

  it('in CSV needs no ids and no offsets: they follow from zone, row and seat', async () => {
    const { text } = await judge('zone,row,seat\r\nupper,Row A,1\r\nupper,Row A,"2"\r\nupper,B,1', 'small');
    expect(JSON.parse(text)).toEqual({
      zones: [
        {
          id: 'upper',
          rows: [
            {
              name: 'Row A',
              seats: [
                { id: 'upper-row-a-1', name: '1', x: 0, y: 0 },
                { id: 'upper-row-a-2', name: '2', x: 1, y: 0 },
              ],
            },
            { name: 'B', seats: [{ id: 'upper-b-1', name: '1', x: 0, y: 1 }] },
          ],
        },
      ],
    });
  });

  it('is taken as the documentation shows it', async () => {
    const text = readFileSync(new URL('../../docs/imports.md', import.meta.url), 'utf8');
    const exampleOf = (form: string) => new RegExp(`\`\`\`${form}\\n(.*?)\`\`\``, 's').exec(text)?.[1] ?? '';
    const [json, csv] = [
      await judge(JSON.parse(exampleOf('json')) as object),
      await judge(exampleOf('csv'), 'hall-2031'),
    ];
    expect(json).toMatchObject({
      id: 'hall-2031',
      currency: 'EUR',
      zones: [{ capacity: 2, feeMinor: 250 }, { capacity: 800 }],
    });
    expect(csv).toEqual({ ...json, text: json.text.replaceAll('"id":"a-', '"id":"stalls-a-') });
  });

  it.each([
    [
      'a seat named twice',
      edited(({ zones }) => zones[stalls]?.rows?.[0]?.seats.push(seat('a-1'))),
      'zones.0.rows.0.seats.2.id · line 29: a-1 is the id of zones.0.rows.0.seats.0, too',
    ],
    [
      'a negative price',
      edited(({ zones }) => Object.assign(zones[standing] ?? {}, { priceMinor: -1 })),
      'zones.1.priceMinor · line 35: Invalid value: Expected >=1 but received -1',
    ],
    ['an unknown currency', { ...MAP, currency: 'EUX' }, 'currency · line 3: is no currency of ISO 4217, as EUR'],
    ['no currency', { id: 'hall', zones: MAP.zones }, 'currency · line 1: is needed, since zones have prices'],
    [
      'a zone over capacity',
      edited(({ zones }) => zones[stalls]?.rows?.[0]?.seats.push(seat('a-3'))),
      'zones.0.capacity · line 10: is 2, and the zone has 3 seats',
    ],
    [
      'a fee above its price',
      edited(({ zones }) => Object.assign(zones[stalls] ?? {}, { feeMinor: 5001 })),
      'zones.0.feeMinor · line 9: is more than the price that it is part of',
    ],
    [
      'a zone named twice',
      { ...MAP, zones: [...MAP.zones, { id: 'standing', capacity: 1 }] },
      'zones.2.id · line 38: is the id of another zone, too',
    ],
    [
      'a general zone without places',
      { ...MAP, zones: [{ id: 'floor' }] },
      'zones.0.capacity · line 5: a general zone needs its number of places',
    ],
    ['nothing', { ...MAP, zones: [] }, 'zones · line 4: Invalid length: Expected >=1 but received 0'],
  ])('with %s is refused by line and field', async (_what, map, fault) => {
    expect(await faultsOf(map)).toEqual(['invalid_request', fault]);
  });

  it.each([
    [
      'a seat named twice',
      `${CSV}stalls,,,,,,,A,a-1,a-1`,
      'zones.0.rows.0.seats.2.id · line 5: a-1 is the id of zones.0.rows.0.seats.0, too',
    ],
    [
      'a negative price',
      CSV.replace('2000', '-5'),
      'zones.1.priceMinor · line 4: Invalid value: Expected >=1 but received -5',
    ],
    [
      'a word for a price',
      CSV.replace('2000', 'free'),
      'zones.1.priceMinor · line 4: Invalid type: Expected number but received "free"',
    ],
    [
      'two prices of a zone',
      CSV.replace('stalls,,,,', 'stalls,,,4000,'),
      'priceMinor · line 3: is 4000, and was 5000 before',
    ],
    ['a column that is none', CSV.replace('accessible', 'colour'), ' · line 1: colour is no column of a seat map'],
    ['more cells than columns', `${CSV}standing,,,,,,,,,,,,,,x`, ' · line 5: has 15 cells, and the header 13'],
    ['a quote that is not closed', `${CSV}"stalls,1`, ' · line 5: a quote stands where none may, or is not closed'],
    ['no zone on a line', `${CSV},,,,,,,B,1`, 'zone · line 5: is needed on every line'],
    ['no lines', '', ' · line 1: there is no header'],
  ])('in CSV with %s is refused by line and field', async (_what, text, fault) => {
    expect(await faultsOf(text)).toEqual(['invalid_request', fault]);
  });

  it('that nests ten deep is refused before it is read, and one of a million faults tells ten', async () => {
    let bomb: unknown = 'x';
    for (let i = 0; i < 10; i += 1) bomb = Array.from({ length: 2 }, () => bomb);
    expect(await faultsOf({ ...MAP, zones: bomb as object[] })).toEqual(['invalid_request', ' · nested deeper than 8']);
    const seats = Array.from({ length: 50 }, () => ({}));
    expect(await faultsOf({ ...MAP, zones: [{ id: 'a', rows: [{ name: 'A', seats }] }] })).toHaveLength(11);
    expect(await faultsOf({ ...MAP, __proto__: null, extra: 1 })).toHaveLength(2);
  });
});

it.each([
  ['one row', 1, 20_000],
  ['rows of one seat', 20_000, 1],
])('others get their turn while a map of %s is judged', async (_what, rowCount, seatCount) => {
  const rows = Array.from({ length: rowCount }, (_, row) => ({
    name: String(row),
    seats: Array.from({ length: seatCount }, (__, n) => seat(`s-${row}-${n}`)),
  }));
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  const told: number[] = [];
  const verdict = await checkSeatMap({ id: 'hall', zones: [{ id: 'a', rows }] }, (seats) => told.push(seats));
  clearInterval(others);
  expect(verdict).toMatchObject({ ok: true, checked: { seatCount: 20_000 } });
  expect(turns).toBeGreaterThan(3);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(20_000);
});

it('a CSV of any cells is read as it was written, with the line of each record', async () => {
  const cellOf = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é') });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(cellOf, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), async (table) => {
      const text = table.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\r\n');
      const written = table
        .map((row) => row.map((value) => value.replaceAll(/\r\n?/g, '\n')))
        .filter((row) => row.some((value) => value !== ''));
      expect((await recordsOf(text)).map(({ cells }) => cells)).toEqual(written);
    }),
  );
  const lines = (await recordsOf('\uFEFFa,b\r\n\r\n"c\r\nd",e\r\nf')).map(({ line }) => line);
  expect(lines).toEqual([1, 3, 5]);
});

it('a CSV record that would fill the memory is refused by its line', async () => {
  const quotes = '""'.repeat(500_000);
  await expect(recordsOf(`a\n"${quotes}"`)).rejects.toThrow('line 2: longer than 65536 bytes');
  await expect(recordsOf(`a\n"${quotes}`)).rejects.toThrow(SyntaxError);
  await expect(recordsOf(`a\n${','.repeat(5_000_000)}`)).rejects.toThrow(
    new SyntaxError('line 2: more than 100 cells'),
  );
});

async function recordsOf(text: string): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  for await (const record of csvRecords(text)) records.push(record);
  return records;
}

it('a path is found in any JSON text, whatever its keys and texts hold', () => {
  const text = '{\n "a\\"b": "]}",\n "zones": [\n  {},\n  {"id": "x",\n   "rows": [[1,\n 2]]}\n ]\n}';
  const lines = ['', 'zones', 'zones.0', 'zones.1.id', 'zones.1.rows.0.1', 'zones.1.none', 'zones.7'];
  expect(lines.map((path) => lineOfPath(text, path))).toEqual([1, 3, 4, 5, 7, 5, 3]);
});
