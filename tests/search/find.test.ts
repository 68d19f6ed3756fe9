import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchEvents } from '../../core/search/search-events.ts';
import { connectDatabase, connectSearch, type Sql } from '../../db/connect.ts';
import { startTestPostgres, type TestPostgres } from '../../local-stack/test-stack.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { makeCatalogue } from './made-catalogue.ts';
import { makeLabels, type Label } from './make-labels.ts';

const labelsSchema = v.array(v.object({ query: v.string(), event: v.string() }));
const readLabels = (file: string): Label[] =>
  v.parse(labelsSchema, JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')));
const ANYTHING = { kind: null, city: '', days: null, room: null, sale: null, maxPriceMinor: null, currency: null };
const FIRST = 3;

let postgres: TestPostgres;
let sql: Sql;
let search: Sql;
beforeAll(async () => {
  postgres = await startTestPostgres();
  const { url } = await postgres.createDatabase();
  sql = connectDatabase(url, { max: 1, statementTimeoutMs: 60_000 });
  search = connectSearch(url, { max: 2 });
  await loadCatalogue(sql, makeCatalogue());
});
afterAll(async () => {
  await Promise.all([sql.end(), search.end()]);
  await postgres.stop();
});

const find = async (q: string) => (await searchEvents(search, { ...ANYTHING, q, after: null, limit: 10 })).found;
const missed = async (labels: readonly Label[]) => {
  const missing: string[] = [];
  for (const { query, event } of labels) {
    const place = (await find(query)).findIndex(({ id }) => id === event);
    if (place === -1 || place >= FIRST) missing.push(`${query} (${event}): ${place}`);
  }
  return missing;
};

describe('of 200 labelled queries, with letters left out, doubled, added, changed over or mistaken,', () => {
  it('the 150 made ones are what their procedure makes', () => {
    expect(readLabels('made-labels.json')).toEqual(makeLabels());
  });

  it('each finds its event among the first three', async () => {
    const labels = [...readLabels('made-labels.json'), ...readLabels('hand-made-labels.json')];
    expect(labels).toHaveLength(200);
    expect(await missed(labels)).toEqual([]);
  });

  it('which a search for their letters as they stand does not', async () => {
    const labels = [...readLabels('made-labels.json'), ...readLabels('hand-made-labels.json')];
    let found = 0;
    for (const { query, event } of labels) {
      const rows = await sql<{ id: string }[]>`
        SELECT id FROM events WHERE name ILIKE ${`%${query}%`} ORDER BY name LIMIT ${FIRST}`;
      if (rows.some(({ id }) => id === event)) found += 1;
    }
    expect(found).toBeLessThan(20);
  });
});
