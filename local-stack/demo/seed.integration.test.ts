import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../db/connect.ts';
import { connectDatabase, toDrizzle } from '../../db/connect.ts';
import { readPerformance, readSeatMap } from '../../db/queries/read-catalogue.ts';
import { createManualClock } from '../../platform/clock.ts';
import type { TestPostgres } from '../test-stack.ts';
import { startTestPostgres } from '../test-stack.ts';
import { buildDemoCatalogue } from './catalogue.ts';
import { seedDemo } from './seed.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const catalogue = buildDemoCatalogue(NOW);
const IDS = ['demo', 'tatkal', 'demo-concert-1', 'demo-concert-2', 'demo-train-1', 'demo-train-2'];

describe('seeding the demo', () => {
  let server: TestPostgres;
  let url: string;
  let sql: Sql;
  const clock = createManualClock(NOW);
  const seed = () => seedDemo({ databaseUrl: url, clock });

  beforeAll(async () => {
    server = await startTestPostgres();
    ({ url } = await server.createDatabase());
    sql = connectDatabase(url, { max: 2 });
  });

  afterAll(async () => {
    await sql.end();
    await server.stop();
  });

  it('adds all once, even when two stacks start together', async () => {
    const [one, two] = await Promise.all([seed(), seed()]);
    expect([...one.added, ...two.added].toSorted()).toEqual(IDS.toSorted());
    expect(one.rooms).toEqual({
      demo: { performances: ['demo-concert-1', 'demo-concert-2'] },
      tatkal: { performances: ['demo-train-1', 'demo-train-2'] },
    });
  });

  it('stores what the catalogue says, to the byte of the seat map', async () => {
    const own = connectDatabase(url, { max: 1 });
    try {
      for (const performance of catalogue.events.flatMap((event) => event.performances)) {
        expect(await readPerformance(toDrizzle(own), performance.id)).toMatchObject(performance);
      }
      for (const [id, map] of Object.entries(catalogue.seatMaps)) {
        expect((await readSeatMap(toDrizzle(own), id)).text).toBe(JSON.stringify(map));
      }
    } finally {
      await own.end();
    }
    const legs = await sql<{ performance: string; count: number }[]>`
      SELECT performance_id AS performance, count(*)::int FROM zone_legs GROUP BY 1 ORDER BY 1`;
    expect(legs.map((row) => row.count)).toEqual([25, 25, 35, 35]);
  });

  it('keeps what has happened since when it runs again later', async () => {
    await sql`UPDATE rooms SET new_users_per_minute = 7, version = 2 WHERE id = 'demo'`;
    await sql`UPDATE zone_legs SET sold = 3 WHERE performance_id = 'demo-concert-1' AND zone_id = 'arena'`;
    clock.advance(24 * 3600_000);
    expect((await seed()).added).toEqual([]);
    const [room] = await sql`SELECT new_users_per_minute AS rate, version FROM rooms WHERE id = 'demo'`;
    expect(room).toEqual({ rate: 7, version: 2 });
    const [arena] = await sql`SELECT sold, starts_at FROM zone_legs JOIN performances ON id = performance_id
      WHERE performance_id = 'demo-concert-1' AND zone_id = 'arena'`;
    expect(arena?.['sold']).toBe(3);
    expect(arena?.['starts_at']).toEqual(new Date(catalogue.events[0]?.performances[0]?.startsAt ?? ''));
  });

  it('gives every room a draw seed of its own that nobody can guess', async () => {
    const seeds = await sql<{ seed: string }[]>`SELECT draw_seed AS seed FROM rooms`;
    expect(new Set(seeds.map((row) => row.seed)).size).toBe(2);
    expect(seeds.every((row) => /^[A-Za-z0-9_-]{43}$/.test(row.seed))).toBe(true);
  });
});
