import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventView } from '../../contracts/catalogue.ts';
import type { Suggestions } from '../../contracts/search.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { createEvent } from '../catalogue-orders/events.ts';
import { type CoreWorld, openCore } from '../core.fixture.ts';
import { addSearched } from './search-world.fixture.ts';
import { writeDueVenueDocuments } from './write-venue-documents.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
  await addSearched(world.sql);
});
afterAll(() => world.close());

type Page = { items: EventView[]; next: string | null };
const look = (query: Record<string, string>, path = '/v1/events') =>
  world.get(`${path}?${new URLSearchParams(query).toString()}`);
const page = async (query: Record<string, string>): Promise<Page> => {
  const answer = await look(query);
  expect(answer.status, JSON.stringify(query)).toBe(200);
  return (await answer.json()) as Page;
};
const ids = async (query: Record<string, string>) => (await page(query)).items.map(({ id }) => id);

describe('a text', () => {
  it.each([
    ['its name', 'zauberflöte', 'flute'],
    ['its name without diacritics and misspelt', 'zauberlfote', 'flute'],
    ['a beginning', 'zaub', 'flute'],
    ['its venue', 'städtische oper', 'flute'],
    ['its city and another word of it', 'munchen zauberflote', 'flute'],
    ['another name of its city', 'munich zauberflote', 'flute'],
    ['its performer', 'ravi shankr', 'sangeet'],
    ['its name in its own script', 'संगीत', 'sangeet'],
    ['its name as it is spoken', 'sangeet mahotsav', 'sangeet'],
    ['a word too many', 'velvet lanterns bournemouth', 'lanterns'],
    ['two words as one', 'velvetlanterns', 'lanterns'],
    ['a train’s number', '12951', 'rajdhani'],
    ['a station’s code', 'KOTA', 'rajdhani'],
  ])('finds an event by %s: %s', async (_by, q, event) => {
    expect((await ids({ q }))[0]).toBe(event);
  });

  it('beside fields that a form left empty is looked for as without them', async () => {
    const query = { q: 'rajdhani', from: '', to: '', on: '', until: '', city: '', kind: '', maxPrice: '', cursor: '' };
    expect(await ids(query)).toEqual(await ids({ q: 'rajdhani' }));
  });

  it('that fits nothing finds nothing', async () => {
    expect(await page({ q: 'qqqqwwww' })).toEqual({ items: [], next: null });
  });

  it.each([
    ['%'],
    ["'"],
    ['"'],
    ['_'],
    ['%_\'"\\'],
    ["'; DROP TABLE events; --"],
    ["a' | 'b"],
    [':* & !|()<->'],
    ['@kevent'],
    ['\u{1f3ad}\u200d\u202e'],
    ['a '.repeat(100)],
    ['á'.repeat(200)],
    ['\ufffd\ufffe'],
  ])('of signs is answered as any other: %s', async (q) => {
    for (const query of [{ q }, { city: q }, { from: q, to: q }, { q, from: 'MMCT', to: q }])
      expect((await look(query)).status).toBe(200);
    expect((await look({ q }, '/v1/events/suggestions')).status).toBe(200);
    expect(await ids({ q: '100% live_2' })).toEqual(['lanterns']);
  });

  it.each([['x'.repeat(201)], ['x'.repeat(10_000)], ['a\0b'], ['a\u0007b']])(
    'that is too long or holds control characters is refused',
    async (q) => {
      for (const name of ['q', 'city', 'from'])
        expect((await look({ to: 'x', from: 'x', [name]: q })).status).toBe(422);
    },
  );
});

describe('filters', () => {
  it.each([
    ['by city, also by another name of it', { city: 'munich' }, ['flute', 'lanterns']],
    ['by kind', { kind: 'train', city: '' }, ['duronto', 'rajdhani', 'train']],
    ['by the local day', { on: '2031-03-05' }, ['sangeet']],
    ['by several days', { on: '2031-03-01', until: '2031-05-01' }, ['flute', 'lanterns', 'sangeet']],
    ['by several days, named as from and to', { from: '2031-03-01', to: '2031-04-30' }, ['flute', 'sangeet']],
    ['by what is on sale next', { sale: 'next' }, ['lanterns', 'sangeet']],
    ['by what is on sale now', { sale: 'now', kind: 'event', on: '2031-01-01', until: '2031-12-31' }, ['flute']],
    ['by price', { maxPrice: '1000', kind: 'event' }, ['lanterns']],
    ['by price and currency', { maxPrice: '4500', currency: 'EUR' }, ['flute']],
    ['by room', { room: 'later' }, ['sangeet']],
    ['all at once, with a text', { q: 'oper', city: 'München', on: '2031-03-04', sale: 'now' }, ['flute']],
    ['that leave nothing', { q: 'zauberflote', city: 'Mumbai' }, []],
  ])('%s', async (_by, query, expected) => {
    expect((await ids(query)).toSorted()).toEqual(expected);
  });

  it('of sale go by the times of sale, whatever the row says by then', async () => {
    const opens = (at: string) =>
      world.sql`UPDATE performances SET on_sale_at = ${at} WHERE id IN ('flute-1', 'lanterns-1')`;
    await opens('2020-01-01T00:00:00Z');
    expect((await ids({ sale: 'now', kind: 'event', city: 'munich' })).toSorted()).toEqual(['flute', 'lanterns']);
    await opens('2030-12-01T00:00:00Z');
    expect((await ids({ sale: 'next', kind: 'event', city: 'munich' })).toSorted()).toEqual(['flute', 'lanterns']);
    await world.sql`UPDATE performances SET on_sale_at = NULL`;
  });

  it.each([
    [{ on: '2031-02-30' }, 'on'],
    [{ on: 'tomorrow' }, 'on'],
    [{ until: '2031-02-20' }, 'on'],
    [{ on: '2031-02-20', until: '2031-02-19' }, 'until'],
    [{ on: '2031-02-20', until: '2033-02-20' }, 'until'],
    [{ from: 'MMCT' }, 'to'],
    [{ to: 'MMCT' }, 'from'],
    [{ from: '2031-02-20', to: 'MMCT' }, 'to'],
    [{ kind: 'opera' }, 'kind'],
    [{ sale: 'never' }, 'sale'],
    [{ maxPrice: '-1' }, 'maxPrice'],
    [{ q: 'oper', cursor: 'Y29uY2VydA' }, 'cursor'],
    [{ from: 'MMCT', to: 'NDLS', cursor: 'Y29uY2VydA' }, 'cursor'],
  ])('that can’t be are refused, each by its name: %j', async (query, path) => {
    const answer = await look(query);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
  });
});

it('pages follow each other without a gap or a repetition, and the last says so', async () => {
  await world.sql`INSERT INTO events (id, kind, name, venue_id)
    SELECT 'many-' || n, 'event', 'Harvest Supper ' || n, 'hall' FROM generate_series(1, 45) AS n`;
  for (const query of [{ q: 'harvest super' }, { city: 'London' }]) {
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const { items, next: following }: Page = await page({ ...query, ...(next === null ? {} : { cursor: next }) });
      seen.push(...items.map(({ id }) => id).filter((id) => id.startsWith('many-')));
      next = following;
    } while (next !== null);
    expect(seen).toHaveLength(45);
    expect(new Set(seen).size).toBe(45);
  }
  await world.sql`DELETE FROM events WHERE id LIKE 'many-%'`;
});

it('an answer may be kept by anybody, and who has it is told so', async () => {
  for (const path of ['/v1/events', '/v1/events/suggestions']) {
    const first = await look({ q: 'zauberflote' }, path);
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    const again = await world.app.request(`${path}?q=zauberflote`, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  }
});

describe('trains', () => {
  const classes = async (query: Record<string, string>) =>
    (await page(query)).items.flatMap(({ performances }) =>
      performances.map(({ id, journey }) => [
        id,
        ...(journey?.classes ?? []).map((one) => `${one.class} ${one.available}`),
      ]),
    );

  it('are found by the codes of two stations, on the local day of the one where one gets on, with free places by class', async () => {
    const { items } = await page({ from: 'MMCT', to: 'NDLS', on: '2031-01-10' });
    expect(items).toMatchObject([
      {
        id: 'rajdhani',
        performances: [
          {
            id: 'rajdhani-10',
            journey: {
              from: { code: 'MMCT', name: 'Mumbai Central', departsAt: '2031-01-10T18:00:00.000Z' },
              to: { code: 'NDLS', arrivesAt: '2031-01-11T06:00:00.000Z' },
              classes: [
                { class: 'SL', available: 10, fromPrice: { amountMinor: 900, currency: 'INR' } },
                { class: '1A', available: 2, fromPrice: { amountMinor: 4000, currency: 'INR' } },
              ],
            },
          },
        ],
      },
    ]);
    // It reaches Kota after midnight: there the day is the next.
    expect(await ids({ from: 'kota', to: 'NDLS', on: '2031-01-10' })).toEqual([]);
    expect(await ids({ from: 'kota', to: 'NDLS', on: '2031-01-11' })).toEqual(['rajdhani']);
  });

  it.each([
    ['by name', 'mumbai central', 'new delhi', ['rajdhani']],
    ['by the name of the city', 'Mumbai', 'Delhi', ['duronto', 'rajdhani']],
    ['misspelt', 'mumbay centrl', 'new dehli', ['rajdhani']],
    ['in Hindi', 'MMCT', 'नई दिल्ली', ['rajdhani']],
    ['the other way', 'NDLS', 'MMCT', ['duronto']],
    ['that it does not reach any more', 'KOTA', 'BRC', []],
    ['that there are not', 'Atlantis', 'NDLS', []],
  ])('%s', async (_by, from, to, expected) => {
    const found = await ids({ from, to, on: '2031-01-10', until: '2031-01-11' });
    expect(found.toSorted()).toEqual(expected);
  });

  it('without a day are those to come, by departure, one page after the other; a text and filters leave fewer', async () => {
    const { items } = await page({ from: 'mumbai', to: 'delhi' });
    expect(items.map(({ id, performances }) => [id, performances.length])).toEqual([
      ['duronto', 1],
      ['rajdhani', 2],
    ]);
    expect(await ids({ from: 'mumbai', to: 'delhi', q: 'rajdani' })).toEqual(['rajdhani']);
    expect(await ids({ from: 'mumbai', to: 'delhi', q: '%' })).toEqual([]);
    expect(await ids({ from: 'mumbai', to: 'delhi', kind: 'event' })).toEqual([]);
    expect(await ids({ from: 'mumbai', to: 'delhi', maxPrice: '100' })).toEqual([]);
  });

  it('count a berth as free only where it is free all the way', async () => {
    await sell('s1', 0);
    await sell('s2', 1);
    expect(await classes({ from: 'MMCT', to: 'BRC', on: '2031-01-11' })).toEqual([['rajdhani-11', 'SL 9', '1A 2']]);
    // No leg has more than one sold, but it takes two berths away from who goes over both.
    expect(await classes({ from: 'MMCT', to: 'KOTA', on: '2031-01-11' })).toEqual([['rajdhani-11', 'SL 8', '1A 2']]);
    expect(await classes({ from: 'KOTA', to: 'NDLS', on: '2031-01-12' })).toEqual([['rajdhani-11', 'SL 10', '1A 2']]);
  });

  /** As a booking leaves it. */
  async function sell(seat: string, leg: number): Promise<void> {
    await world.sql`WITH made AS (
        INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised,
          access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
        VALUES (gen_random_uuid(), ${seat}, 'rajdhani-11', ${seat}, 'confirmed', 'Ada', 'a@example.org', 'a@example.org',
          sha256('a'), 900, 'INR', ${leg}, ${leg + 1}, now()) RETURNING id)
      INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      SELECT 'rajdhani-11', ${seat}, ${leg}, id, 'sleeper', 'sold' FROM made`;
    await world.sql`UPDATE zone_legs SET sold = sold + 1
      WHERE performance_id = 'rajdhani-11' AND zone_id = 'sleeper' AND leg = ${leg}`;
  }
});

describe('suggestions', () => {
  const suggest = async (q: string) =>
    ((await (await look({ q }, '/v1/events/suggestions')).json()) as Suggestions).items;

  it('are stations and events for what is typed so far', async () => {
    expect(await suggest('mum')).toMatchObject([
      { type: 'station', code: 'BCT', name: 'Mumbai CSMT' },
      { type: 'station', code: 'MMCT' },
      ...Array.from({ length: 3 }, () => ({ type: 'event' })),
    ]);
    expect(await suggest('zaub')).toEqual([
      { type: 'event', id: 'flute', kind: 'event', name: 'Die Zauberflöte', place: 'Städtische Oper, München' },
    ]);
    expect(await suggest('ndls')).toMatchObject([
      { type: 'station', code: 'NDLS' },
      ...Array.from({ length: 3 }, () => ({ type: 'event', kind: 'train' })),
    ]);
    expect((await suggest('d')).length).toBeGreaterThan(0);
    expect(await suggest('')).toEqual([]);
  });
});

describe('what is found follows the catalogue, whoever writes it:', () => {
  const is = async (q: string) => (await ids({ q })).includes('lanterns');

  it('a new name, a performer, a renamed venue, another day', async () => {
    await world.sql`UPDATE events SET name = 'Chrysanthemum', performers = ARRAY['Quentin'] WHERE id = 'lanterns'`;
    expect([await is('crysanthemum'), await is('quentin'), await is('velvet')]).toEqual([true, true, false]);
    await world.sql`UPDATE venues SET name = 'Prinzregententheater' WHERE id = 'opera'`;
    expect(await ids({ q: 'prinzregenten' })).toEqual(['flute', 'lanterns']);
    await world.sql`UPDATE performances SET starts_at = '2031-06-06T18:00:00Z' WHERE id = 'lanterns-1'`;
    expect([await ids({ on: '2031-05-01' }), await ids({ on: '2031-06-06' })]).toEqual([[], ['lanterns']]);
  });

  it('a venue of more events than one call may write: a turn after the other', async () => {
    await world.sql`INSERT INTO events (id, kind, name, venue_id)
      SELECT 'many-' || n, 'event', 'Matinee ' || n, 'opera' FROM generate_series(1, 450) n`;
    await world.sql`UPDATE venues SET city = 'Quxhaven' WHERE id = 'opera'`;
    const inCity = async () =>
      (await world.sql`SELECT FROM event_search WHERE document @@ '''@cquxhaven'''::tsquery`).length;
    expect(await inCity()).toBe(0);
    expect(await writeDueVenueDocuments(world.deps)).toBe(200);
    // Changed in the midst of it, the work begins anew.
    await world.sql`UPDATE venues SET aliases = ARRAY['Munich', 'Xyloburg'] WHERE id = 'opera'`;
    for (let turns = 0; (await writeDueVenueDocuments(world.deps)) > 0; turns += 1) expect(turns).toBeLessThan(5);
    const { count } = (
      await world.sql<{ count: number }[]>`
      SELECT count(*)::int FROM event_search s JOIN events e ON e.id = s.event_id
      WHERE e.venue_id = 'opera' AND s.document @@ '''@cquxhaven'' & ''@cxyloburg'''::tsquery`
    )[0] ?? { count: 0 };
    expect(count).toBe((await world.sql`SELECT FROM events WHERE venue_id = 'opera'`).length);
    await world.sql`DELETE FROM events WHERE id LIKE 'many-%'`;
  });

  it('an event added while its venue is being renamed has the new name', async () => {
    let rename: () => void = () => {};
    const renamed = new Promise<void>((resolve) => (rename = resolve));
    let begun: () => void = () => {};
    const isUnderWay = new Promise<void>((resolve) => (begun = resolve));
    const renaming = world.sql.begin(async (tx) => {
      await tx`UPDATE venues SET name = 'Zwinger' WHERE id = 'opera'`;
      begun();
      await renamed;
    });
    await isUnderWay;
    const fields = { name: 'Parade', kind: 'event' as const, venueId: 'opera', performers: [], aliases: [] };
    const adding = inTransaction(world.sql, (tx) =>
      createEvent(tx, { id: 'parade', ...fields }, { actor: 'test', nowMs: 0 }),
    );
    await vi.waitUntil(async () => (await world.sql`SELECT FROM pg_locks WHERE NOT granted`).length > 0);
    rename();
    await Promise.all([renaming, adding]);
    expect(await ids({ q: 'parade zwinger' })).toEqual(['parade']);
  });

  it('two who change one event at once lose nothing of each other', async () => {
    const add = (id: string, day: number) => world.sql`
      INSERT INTO performances (id, event_id, room, starts_at, time_zone, currency, status, seat_map_id, leg_count)
      VALUES (${id}, 'flute', 'demo', ${`2032-01-0${day}T12:00:00Z`}, 'UTC', 'EUR', 'on_sale', 'hall', 1)`;
    await Promise.all(Array.from({ length: 8 }, (_, i) => add(`flute-x${i}`, i + 1)));
    for (let day = 1; day <= 8; day += 1) expect(await ids({ on: `2032-01-0${day}` })).toEqual(['flute']);
  });
});
