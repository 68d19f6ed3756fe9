import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';

let world: CoreWorld;
let token: string;
beforeAll(async () => {
  world = await startCoreWorld();
  token = await world.operatorToken('operator');
});
afterAll(() => world.close());

const get = (path: string, as = token) => world.call('GET', `/v1/operator/${path}`, { token: as });
const post = (path: string, body: unknown, key = newId(), as = token) =>
  world.call('POST', `/v1/operator/${path}`, { token: as, key, body });
const patch = (path: string, body: unknown, version?: number, as = token) =>
  world.call('PATCH', `/v1/operator/${path}`, {
    token: as,
    body,
    headers: version === undefined ? {} : { 'if-match': `"${version}"` },
  });
const errorsOf = ({ status, body }: Reply) => {
  expect([status, body['code']]).toEqual([422, 'invalid_request']);
  return (body['errors'] as { path: string }[]).map(({ path }) => path);
};
const trail = async (subject: string) => {
  const rows = await world.sql<{ action: string; actor: string; before: unknown; after: unknown }[]>`
    SELECT action, actor, before, after FROM audit WHERE subject = ${subject} ORDER BY id DESC`;
  return rows;
};

const VENUE = { id: 'arena', name: 'Arena', city: 'Lyon', country: 'FR', timeZone: 'Europe/Paris' };
const STARTS = '2031-05-01T18:00:00.000Z';
const performance = (rest: object = {}) => ({
  eventId: 'tour',
  room: 'demo',
  startsAt: STARTS,
  currency: 'EUR',
  zones: [{ id: 'floor', name: 'Floor', priceMinor: 5000, feeMinor: 500, capacity: 10 }],
  ...rest,
});

const NONE_TAKEN = { sold: 0, blocked: 0, offered: 0, waiting: 0, waitingPlaces: 0 };

describe('an operator sets a sale up', () => {
  it('from the venue to the performance, each once per key, with audit rows and an ETag', async () => {
    const venue = await post('venues', VENUE, 'venue-1');
    expect(venue).toMatchObject({ status: 201, body: { ...VENUE, version: 1 } });
    expect(venue.headers.get('etag')).toBe('"1"');
    expect((await post('venues', VENUE, 'venue-1')).headers.get('idempotency-replayed')).toBe('true');
    expect(await post('venues', VENUE)).toMatchObject({ status: 409, body: { code: 'id_taken' } });
    expect(await post('events', { id: 'tour', name: 'The Tour', venueId: 'arena' })).toMatchObject({
      status: 201,
      body: { id: 'tour', kind: 'event', name: 'The Tour', venueId: 'arena', version: 1 },
    });
    const made = await post('performances', performance({ id: 'tour-1', placesPerBuyer: 4 }));
    expect(made).toMatchObject({
      status: 201,
      body: {
        id: 'tour-1',
        status: 'scheduled',
        sale: 'scheduled',
        timeZone: 'Europe/Paris',
        salesCutOffSeconds: 0,
        salesEndAt: STARTS,
        placesPerBuyer: 4,
        zones: [{ id: 'floor', kind: 'general', priceMinor: 5000, feeMinor: 500, capacity: 10, ...NONE_TAKEN }],
        version: 1,
      },
    });
    expect((await get('performances/tour-1')).body).toEqual(made.body);
    expect((await trail('performance:tour-1')).map(({ action, actor }) => [action, actor])).toEqual([
      ['performance.create', 'ada'],
    ]);
    expect((await world.call('GET', '/v1/performances/tour-1')).body).toMatchObject({
      status: 'scheduled',
      salesEndAt: STARTS,
      placesPerBuyer: 4,
      zones: [{ priceMinor: 5000, feeMinor: 500, available: 10 }],
    });
  });

  it('is told every field that is missing, unknown or contradicts another, and nothing is written', async () => {
    expect(errorsOf(await post('venues', { ...VENUE, id: 'x', country: 'XX', timeZone: 'Mars/Base' }))).toEqual([
      'country',
      'timeZone',
    ]);
    expect(errorsOf(await post('venues', { ...VENUE, id: 'x', country: 'ZZ9', timeZone: '+01:00' }))).toHaveLength(2);
    expect(errorsOf(await post('events', { name: 'x', venueId: 'nowhere' }))).toEqual(['venueId']);
    const bad = { eventId: 'none', room: 'nowhere', currency: 'XYZ' };
    expect(errorsOf(await post('performances', performance(bad)))).toEqual(['currency']);
    expect(errorsOf(await post('performances', performance({ ...bad, currency: 'EUR' })))).toEqual([
      'eventId',
      'room',
      'timeZone',
    ]);
    for (const startsAt of ['2031-02-31T10:00:00Z', '2031-05-01', '0031-05-01T10:00:00Z'])
      expect(errorsOf(await post('performances', performance({ startsAt })))).toEqual(['startsAt']);
    const zone = { id: 'floor', name: 'Floor', capacity: 5 };
    const withZone = (rest: object) => post('performances', performance({ zones: [{ ...zone, ...rest }] }));
    expect(errorsOf(await withZone({ priceMinor: -1 }))).toEqual(['zones.0.priceMinor']);
    expect(errorsOf(await withZone({}))).toEqual(['zones.0.priceMinor']);
    expect(errorsOf(await withZone({ priceMinor: 5, feeMinor: 6 }))).toEqual(['zones.0.feeMinor']);
    expect(errorsOf(await withZone({ priceMinor: 5, kind: 'reserved' }))).toEqual(['zones.0.id']);
    expect(errorsOf(await post('performances', performance({ onSaleAt: STARTS })))).toEqual(['onSaleAt']);
    expect(errorsOf(await post('performances', performance({ seatMapId: 'none' })))).toEqual(['seatMapId']);
    expect((await get('performances?eventId=tour')).body['items']).toHaveLength(1);
  });

  it('of a seat map: its zones come along, a reserved one has its seats and no other number', async () => {
    const zones = [{ id: 'stalls', name: 'Stalls', priceMinor: 900 }];
    const made = await post('performances', performance({ id: 'seated', seatMapId: 'hall-map', zones }));
    expect(made.body['zones']).toMatchObject([{ id: 'stalls', kind: 'reserved', capacity: 60, priceMinor: 900 }]);
    const more = [{ id: 'stalls', priceMinor: 900, capacity: 61 }];
    expect(errorsOf(await post('performances', performance({ seatMapId: 'hall-map', zones: more })))).toEqual([
      'zones.0.capacity',
    ]);
  });

  it('of a train: stops in the order of their times, a leg between each two', async () => {
    await post('events', { id: 'express', kind: 'train', name: 'Express' });
    const stop = (code: string, hour: number) => ({ code, name: code, departsAt: `2031-05-01T0${hour}:00:00+05:30` });
    const run = (stops: object[]) => performance({ eventId: 'express', timeZone: 'Asia/Kolkata', stops });
    expect(errorsOf(await post('performances', run([stop('A', 2), stop('B', 1)])))).toEqual(['stops.1.departsAt']);
    expect(errorsOf(await post('performances', run([stop('A', 2), stop('A', 3)])))).toEqual(['stops']);
    const made = await post('performances', run([stop('A', 1), stop('B', 2), stop('C', 3)]));
    expect(made.body['stops']).toMatchObject([{ code: 'A', departsAt: '2031-04-30T19:30:00.000Z' }, {}, {}]);
    const [legs] = await world.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM zone_legs
      WHERE performance_id = ${String(made.body['id'])}`;
    expect(legs?.count).toBe(2);
    // Its stops go with it: two hours later, each of them.
    const moved = await patch(`performances/${String(made.body['id'])}`, { startsAt: '2031-05-01T20:00:00.000Z' });
    expect(moved.body['stops']).toMatchObject([{ departsAt: '2031-04-30T21:30:00.000Z' }, {}, {}]);
  });

  it('lists by id, a page at a time; viewers read, and only operators write', async () => {
    const viewer = await world.operatorToken('viewer');
    for (let i = 0; i < 51; i += 1)
      await world.sql`INSERT INTO venues (id, name, city, country, time_zone) VALUES (${`v-${String(i).padStart(2, '0')}`}, 'V', 'C', 'GB', 'UTC')`;
    const first = await get('venues', viewer);
    const next = String(first.body['next']);
    const second = await get(`venues?cursor=${next}`, viewer);
    const ids = [first, second].flatMap(({ body }) => (body['items'] as { id: string }[]).map(({ id }) => id));
    expect([first.body['items'], second.body['next'], new Set(ids).size]).toMatchObject([{ length: 50 }, null, 53]);
    expect((await get('venues?cursor=%20', viewer)).status).toBe(422);
    for (const kind of ['venues', 'events', 'performances']) {
      expect((await get(kind, viewer)).status).toBe(200);
      expect((await post(kind, {}, newId(), viewer)).body['code']).toBe('forbidden');
      expect((await patch(`${kind}/tour`, {}, undefined, viewer)).body['code']).toBe('forbidden');
      expect((await world.call('GET', `/v1/operator/${kind}`)).body['code']).toBe('unauthenticated');
      expect([404, 422]).toContain((await get(`${kind}/none`)).status);
    }
  });
});

describe('an operator changes', () => {
  it('what is there, with its audit row; nothing where nothing differs', async () => {
    const changed = await patch('events/tour', { name: 'The Last Tour' }, 1);
    expect(changed).toMatchObject({ status: 200, body: { name: 'The Last Tour', version: 2 } });
    expect((await patch('events/tour', { name: 'The Last Tour' })).body['version']).toBe(2);
    expect(await trail('event:tour')).toMatchObject([
      { action: 'event.change', before: { name: 'The Tour' }, after: { name: 'The Last Tour' } },
      { action: 'event.create' },
    ]);
    const { items } = (await get('audit?subject=event:tour')).body as { items: unknown[] };
    expect([items.length, (await get('audit?subject=nothing')).status]).toEqual([2, 422]);
    expect((await patch('venues/arena', { timeZone: 'Europe/London' })).body).toMatchObject({ version: 2 });
    expect((await patch('events/none', { name: 'x' })).body['code']).toBe('event_not_found');
    expect((await patch('performances/none', { status: 'ended' })).body['code']).toBe('performance_not_found');
    expect(errorsOf(await patch('events/tour', {}))).toEqual(['']);
  });

  it('who performs, and by what other names people look for an event and its venue: search finds it by each', async () => {
    const performers = ['Ravi Shenoy', 'Édith Lund'];
    const found = async (q: string) => {
      const { items } = (await world.call('GET', `/v1/events?q=${encodeURIComponent(q)}`)).body as {
        items: { id: string }[];
      };
      return items.map(({ id }) => id);
    };
    await post('events', { id: 'ragas', name: 'Evening Ragas', venueId: 'arena', performers });
    expect([await found('ravi shenoy'), await found('edith lund')]).toEqual([['ragas'], ['ragas']]);
    expect((await patch('events/ragas', { performers: [], aliases: ['Night of Strings'] })).body).toMatchObject({
      performers: [],
      aliases: ['Night of Strings'],
      version: 2,
    });
    expect([await found('ravi shenoy'), await found('night of strings')]).toEqual([[], ['ragas']]);
    await patch('venues/arena', { aliases: ['La Grande Halle'] });
    expect(await found('grande halle')).toContain('ragas');
    expect(errorsOf(await patch('events/ragas', { performers: [''] }))).toEqual(['performers.0']);
  });

  it.each(['venues/arena', 'events/tour', 'performances/tour-1'])(
    '%s at the same time as nineteen others: one wins, the rest are told that the version has moved on',
    async (path) => {
      const { version } = (await get(path)).body as { version: number };
      const field = path.startsWith('performances') ? 'placesPerBuyer' : 'name';
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) => patch(path, { [field]: field === 'name' ? `N ${i}` : i + 10 }, version)),
      );
      const stale = replies.filter(({ status }) => status === 412);
      expect([replies.filter(({ status }) => status === 200).length, stale.length]).toEqual([1, 19]);
      expect(stale[0]?.body).toMatchObject({ code: 'stale', version: version + 1 });
      expect((await get(path)).body['version']).toBe(version + 1);
    },
  );

  it('without If-Match: every one of twenty is written, one after the other', async () => {
    const before = Number((await get('events/tour')).body['version']);
    const names = Array.from({ length: 20 }, (_, i) => `M ${i}`);
    const replies = await Promise.all(names.map((name) => patch('events/tour', { name })));
    expect(new Set(replies.map(({ body }) => body['version'])).size).toBe(20);
    expect((await get('events/tour')).body['version']).toBe(before + 20);
  });

  it('prices by zone and by class, never a fee above its price', async () => {
    const zones = [
      { id: 'a', name: 'A', class: 'sl', priceMinor: 100, capacity: 5 },
      { id: 'b', name: 'B', class: 'sl', priceMinor: 200, capacity: 5 },
      { id: 'c', name: 'C', class: '3a', priceMinor: 300, feeMinor: 10, capacity: 5 },
    ];
    await post('performances', performance({ id: 'priced', zones }));
    const body = { classes: [{ class: 'sl', priceMinor: 150 }], zones: [{ id: 'b', name: 'B1', priceMinor: 250 }] };
    expect((await patch('performances/priced', body)).body['zones']).toMatchObject([
      { id: 'a', priceMinor: 150 },
      { id: 'b', name: 'B1', priceMinor: 250 },
      { id: 'c', priceMinor: 300, feeMinor: 10 },
    ]);
    expect((await trail('performance:priced'))[0]).toMatchObject({
      before: { zones: { a: { priceMinor: 100 }, b: { name: 'B' } } },
      after: { zones: { a: { priceMinor: 150 }, b: { name: 'B1', priceMinor: 250 } } },
    });
    const wrong = { classes: [{ class: 'xx', priceMinor: 1 }], zones: [{ id: 'c', priceMinor: 5 }, { id: 'z' }] };
    expect(errorsOf(await patch('performances/priced', wrong)).toSorted()).toEqual([
      'classes.0.class',
      'zones.0.feeMinor',
      'zones.1.id',
    ]);
  });

  it('a status only onwards, and the room only before it is published', async () => {
    await world.sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds,
        claim_window_seconds, queueing_method, hold_limit, joins_per_client_per_minute, draw_seed)
      SELECT 'second', 'Second', 1, 1, 60, 60, 'fifo', 6, 60, 'seed'`;
    await post('performances', performance({ id: 'moved' }));
    expect((await patch('performances/moved', { room: 'second' })).body['room']).toBe('second');
    expect(errorsOf(await patch('performances/moved', { room: 'nowhere' }))).toEqual(['room']);
    const soon = new Date(world.deps.clock.nowMs() + 60_000).toISOString();
    await patch('performances/moved', { onSaleAt: soon });
    expect(errorsOf(await patch('performances/moved', { room: 'demo' }))).toEqual(['room']);
    expect((await patch('performances/moved', { onSaleAt: null, status: 'on_sale' })).body['sale']).toBe('on_sale');
    expect(errorsOf(await patch('performances/moved', { room: 'demo', status: 'scheduled' }))).toEqual([
      'status',
      'room',
    ]);
    expect((await patch('performances/moved', { status: 'ended' })).body).toMatchObject({
      status: 'ended',
      version: 5,
    });
    expect(errorsOf(await patch('performances/moved', { status: 'on_sale' }))).toEqual(['status']);
  });
});
