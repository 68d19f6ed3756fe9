import { searchEvents } from '../core/search/search-events.ts';
import { connectDatabase, connectSearch, type Sql } from '../db/connect.ts';
import { milliseconds, ratio, whole, type Report, type Row } from './measure/report.ts';
import { toTimings } from './measure/time.ts';
import type { BenchOptions } from './options.ts';
import { startShop } from './parts/shop.ts';
import { fillCatalogue } from './search/fill.ts';

const ANYTHING = { kind: null, city: '', days: null, room: null, sale: null, maxPriceMinor: null, currency: null };
type Named = { id: string; name: string; city: string };

/** Searches of a large catalogue, and plain `ILIKE` on the same names in the same run. */
export async function benchSearch({ smoke }: BenchOptions): Promise<Report> {
  const size = smoke
    ? { events: 500, trains: 5, runs: 10, syllables: 10 }
    : { events: 1_000_000, trains: 500, runs: 50_000, syllables: 40 };
  const shop = await startShop({ seats: 100, standing: 10 }, false);
  const { url } = await shop.database();
  const sql = connectDatabase(url, { max: 1, statementTimeoutMs: 600_000 });
  const search = connectSearch(url, { max: 2 });
  try {
    await fillCatalogue(sql, size);
    const named = await sql<Named[]>`
      SELECT e.id, e.name, v.city FROM events e JOIN venues v ON v.id = e.venue_id
      WHERE e.id IN (SELECT 'event-' || (1 + made_number(n, 7, ${size.events})) FROM generate_series(1, ${smoke ? 3 : 60}) AS n)`;
    const find = (q: string) =>
      searchEvents(search, { ...ANYTHING, q, after: null, limit: 21 }).then(({ found }) => found);
    const [exact, misspelt] = [
      await measure(named, ({ name }) => find(name)),
      await measure(named, ({ name }) => find(swapped(name))),
    ];
    const place = await measure(named, ({ name, city }) => find(`${name.split(':')[0] ?? ''} ${city}`));
    const plain = await measure(named.slice(0, 5), ({ name }) => likeName(sql, name));
    return {
      title: `Searches of ${whole(size.events)} events, from Node`,
      rows: [
        ['ILIKE on the name ÷ search for it', ratio(plain.p50Ms / exact.p50Ms), { value: plain.p50Ms / exact.p50Ms }],
        ...rowsOf('a name', exact),
        ...rowsOf('a name with two letters changed over', misspelt),
        ...rowsOf('a performer and a city', place),
        ['plain ILIKE, p50', milliseconds(plain.p50Ms), { value: plain.p50Ms }],
      ],
    };
  } finally {
    await Promise.all([search.end(), sql.end()]);
    await shop.stop();
  }
}

type Measured = { p50Ms: number; p99Ms: number; found: number; of: number };

async function measure(
  named: readonly Named[],
  find: (one: Named) => Promise<readonly { id: string }[]>,
): Promise<Measured> {
  const times: number[] = [];
  let found = 0;
  for (const one of named) {
    const began = performance.now();
    const answer = await find(one);
    times.push(performance.now() - began);
    if (answer.slice(0, 3).some(({ id }) => id === one.id)) found += 1;
  }
  const { p50Ms, p99Ms } = toTimings(times);
  return { p50Ms, p99Ms, found, of: named.length };
}

const rowsOf = (label: string, { p50Ms, p99Ms, found, of }: Measured): Row[] => [
  [`${label}, p50`, milliseconds(p50Ms), { value: p50Ms, bound: { atMost: 50 } }],
  [`${label}, p99`, milliseconds(p99Ms), { value: p99Ms }],
  [`${label}, found in the first three`, `${found} of ${of}`],
];

const likeName = (sql: Sql, name: string) =>
  sql<{ id: string }[]>`SELECT id FROM events WHERE name ILIKE ${`%${name}%`} ORDER BY name LIMIT 20`;

const swapped = (name: string): string => name.replace(/^(..)(.)(.)/, '$1$3$2');
