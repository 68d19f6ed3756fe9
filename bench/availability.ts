import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../db/connect.ts';
import { inventoryKeys, roomKeys } from '../redis/keys.ts';
import { costOf, type Cost } from './measure/cost.ts';
import { median } from './measure/rounds.ts';
import { perSecond, ratio, whole, type Report, type Row } from './measure/report.ts';
import type { BenchOptions } from './options.ts';
import { type Load, startLoad } from './parts/load.ts';
import { startPart } from './parts/part.ts';
import { ROOM, startShop, type Shop } from './parts/shop.ts';
import { SHOW } from './parts/show.ts';

const KILOBYTE = 1024;
const GZIP = { 'accept-encoding': 'gzip' };
const PATH = `/v1/performances/${SHOW}/availability`;
/** Bookings that a load finds in Postgres, of two seats each. */
const SOLD_BEFORE = 20_000;

/** What is free in a stadium: bytes on the wire, answers a second from core's memory and from the edge's, and a load from Postgres. */
export async function benchAvailability({ smoke }: BenchOptions): Promise<Report> {
  const seats = smoke ? 2000 : 100_000;
  const shop = await startShop({ seats, standing: 1000 }, false);
  try {
    const core = await shop.core();
    const loaded = await timeLoad(shop, core.url, core.sql, smoke ? 100 : SOLD_BEFORE);
    const halfSold = await bytesOf(shop, core.url, seats, (n) => (n % 2 === 0 ? 0b10001000 : 0b00100010));
    const worst = await bytesOf(shop, core.url, seats, () => randomBytes(1)[0] ?? 0);
    const [edge, bare, load] = await Promise.all([
      startPart('node-edge', { redisUrl: shop.redisUrl, coreUrl: core.url }),
      startPart('bare', {}),
      startLoad(),
    ]);
    const shape = { connections: smoke ? 4 : 32, requests: smoke ? 16 : 1500, headers: GZIP };
    const etag = (await fetch(`${core.url}${PATH}`, { headers: GZIP })).headers.get('etag') ?? '';
    const [edgeUrl, bareUrl] = [String(edge.ready['url']), String(bare.ready['url'])];
    const loads: Record<string, Load> = {
      core: { ...shape, method: 'GET', url: `${core.url}${PATH}` },
      'edge on Node': { ...shape, method: 'GET', url: `${edgeUrl}/api/core${PATH}` },
      'edge, known': {
        ...shape,
        method: 'GET',
        url: `${edgeUrl}/api/core${PATH}`,
        headers: { ...GZIP, 'if-none-match': etag },
      },
      'bare answer': { ...shape, method: 'POST', url: `${bareUrl}/bare?bytes=${worst}` },
    };
    const processes = {
      core: [core.pid],
      edge: [edge.pid],
      bare: [bare.pid],
      Redis: [shop.redisPid],
      load: [load.pid],
    };
    for (const one of Object.values(loads)) if (!smoke) await load.warmUp({ ...one, connections: 8 });
    const rounds: Record<string, Cost>[] = [];
    for (let round = 0; round < (smoke ? 1 : 3); round += 1) {
      const costs: Record<string, Cost> = {};
      for (const [name, one] of Object.entries(loads)) costs[name] = await costOf(processes, () => load.run(one));
      rounds.push(costs);
    }
    await Promise.all([core, edge, bare, load].map((part) => part.stop()));
    return toReport({ seats, worst, halfSold, loaded, rounds });
  } finally {
    await shop.stop();
  }
}

type Loaded = { seconds: number; bookings: number };

/** Sells so many bookings, forgets Redis's inventory, and waits until core has it again. */
async function timeLoad({ redis }: Shop, coreUrl: string, sql: Sql, bookings: number): Promise<Loaded> {
  await sql`WITH made AS (
      INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, access_token_hash,
        total_minor, currency, from_leg, to_leg, pay_by)
      SELECT gen_random_uuid(), n::text, ${SHOW}, 'owner-' || n, 'confirmed', 'Ada', 'a@example.org', 'a@example.org',
        sha256(n::text::bytea), 10000, 'EUR', 0, 1, now() FROM generate_series(0, ${bookings - 1}::int) n RETURNING id, hold_id::int AS n),
    item AS (
      INSERT INTO booking_items (booking_id, line, zone_id, seat_id, quantity, price_minor)
      SELECT id, line, 'block-' || ((2 * n + line) % 20), 's' || (2 * n + line), 1, 5000 FROM made, generate_series(0, 1) line
      RETURNING booking_id, zone_id, seat_id)
    INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
    SELECT ${SHOW}, seat_id, 0, booking_id, zone_id, 'sold' FROM item`;
  const began = performance.now();
  await redis.hset(roomKeys(ROOM).state, 'epoch', 2);
  while ((await redis.hget(inventoryKeys(ROOM, SHOW).meta, 'loaded')) !== '2') {
    // A look begins the load, as a hold does.
    await fetch(`${coreUrl}${PATH}`).then((answer) => answer.arrayBuffer());
    await sleep(20);
  }
  return { seconds: (performance.now() - began) / 1000, bookings };
}

/** Bytes of a packed answer, head and body, with these states of four seats each. */
async function bytesOf(
  { redis }: Shop,
  coreUrl: string,
  seats: number,
  byteOf: (n: number) => number,
): Promise<number> {
  const keys = inventoryKeys(ROOM, SHOW);
  await redis.set(keys.seats, Buffer.from(Array.from({ length: Math.ceil(seats / 4) }, (_, n) => byteOf(n))));
  // A version of its own and no changes that lead to it: core reads everything anew, once its copy is a second old.
  await redis.hincrby(keys.meta, 'n', 1);
  await redis.del(keys.deltas);
  await sleep(1050);
  const asked = request(`${coreUrl}${PATH}`, { headers: GZIP, agent: false }).end();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
  answer.resume();
  await once(answer, 'end');
  return answer.socket.bytesRead;
}

/** What one process answers that has a core to itself: the machine's own rate falls with whoever else uses it. */
const byProcessor = (from: string, us: number): Row => [
  `answers a second of processor time, from ${from}`,
  perSecond(1e6 / us),
  { value: 1e6 / us, bound: { atLeast: 5000 } },
];

type Figures = { seats: number; worst: number; halfSold: number; loaded: Loaded; rounds: Record<string, Cost>[] };

function toReport({ seats, worst, halfSold, loaded, rounds }: Figures): Report {
  const of = (pick: (costs: Record<string, Cost>) => number | undefined) =>
    median(rounds.flatMap((costs) => pick(costs) ?? []));
  const rate = (name: string) => of((costs) => costs[name]?.load.perSecond);
  const us = (name: string, process: string) => of((costs) => costs[name]?.us(process));
  const answered = (name: string, label: string): Row => [
    `answers a second, ${label}`,
    perSecond(rate(name)),
    { value: rate(name) },
  ];
  const [coreUs, edgeUs, bareUs] = [us('core', 'core'), us('edge on Node', 'edge'), us('bare answer', 'bare')];
  return {
    title: `What is free of ${whole(seats)} seats, over HTTP`,
    rows: [
      ['bytes on the wire, every state as likely', whole(worst), { value: worst, bound: { atMost: 30 * KILOBYTE } }],
      ['bytes on the wire, half of the seats sold', whole(halfSold), { value: halfSold }],
      byProcessor('the edge’s memory', edgeUs),
      byProcessor('core’s memory', coreUs),
      answered('edge on Node', 'from the edge’s memory'),
      answered('core', 'from core’s memory'),
      answered('edge, known', 'edge, to who has it (304)'),
      answered('bare answer', 'bare hono with as many bytes'),
      ['processor time: bare answer ÷ edge', ratio(bareUs / edgeUs), { value: bareUs / edgeUs }],
      ['processor time: bare answer ÷ core', ratio(bareUs / coreUs), { value: bareUs / coreUs }],
      [
        'processor time an answer: edge, core, bare',
        `${[edgeUs, coreUs, bareUs].map((time) => time.toFixed(0)).join(', ')} µs`,
      ],
      [
        `seconds to load it, ${whole(loaded.bookings)} bookings of two`,
        loaded.seconds.toFixed(2),
        { value: loaded.seconds },
      ],
    ],
    notes: [
      'Real: core and the edge on Node as they ship, each a process, Redis and Postgres; the load process shares the machine’s cores with them.',
      'Packed with gzip by who answers, once for each state of things; bytes are head and body. A copy is a second old at most.',
    ],
  };
}
