import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../db/connect.ts';
import { inventoryKeys, roomKeys } from '../redis/keys.ts';
import { costOf, type Cost } from './measure/cost.ts';
import { median } from './measure/rounds.ts';
import { perSecond, ratio, whole, type Report, type Row } from './measure/report.ts';
import type { BenchOptions } from './options.ts';
import { type Look, startLookers } from './parts/lookers.ts';
import { startPart } from './parts/part.ts';
import { ROOM, startShop, type Shop } from './parts/shop.ts';
import { SHOW } from './parts/show.ts';

const KILOBYTE = 1024;
const GZIP = { 'accept-encoding': 'gzip' };
const PATH = `/v1/performances/${SHOW}/availability`;
/** Bookings that a load finds in Postgres, of two seats each. */
const SOLD_BEFORE = 20_000;
/** Answers of a round: a process goes on compiling for its first thousands. */
const REQUESTS = 10_000;
/** What issue and README promise of one process, answers a second. */
const GOAL = { atLeast: 5000 };

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
      startLookers(),
    ]);
    const shape = { connections: smoke ? 4 : 32, requests: smoke ? 16 : REQUESTS };
    const looks = {
      ...(await looksAt(`${core.url}${PATH}`, 'core', shape)),
      ...(await looksAt(`${String(edge.ready['url'])}/api/core${PATH}`, 'edge', shape)),
      bare: {
        ...shape,
        method: 'POST' as const,
        url: `${String(bare.ready['url'])}/bare?bytes=${worst}`,
        status: 200,
        bodyBytes: worst,
      },
    };
    const processes = {
      core: [core.pid],
      edge: [edge.pid],
      bare: [bare.pid],
      load: [load.pid],
    };
    for (const look of Object.values(looks)) if (!smoke) await load.run(look);
    const rounds: Record<string, Cost>[] = [];
    for (let round = 0; round < (smoke ? 1 : 3); round += 1) {
      const costs: Record<string, Cost> = {};
      for (const [name, look] of Object.entries(looks)) costs[name] = await costOf(processes, () => load.run(look));
      rounds.push(costs);
    }
    await Promise.all([core, edge, bare, load].map((part) => part.stop()));
    return toReport({ seats, worst, halfSold, loaded, rounds });
  } finally {
    await shop.stop();
  }
}

/** Loads by name: of who takes it packed, and of who has it already. */
async function looksAt(
  url: string,
  name: string,
  shape: { connections: number; requests: number },
): Promise<Record<string, Look>> {
  const asked = request(url, { headers: GZIP, agent: false }).end();
  const { headers } = await answerOf(asked);
  const { etag = '', 'content-length': length } = headers;
  const look = { ...shape, method: 'GET' as const, url, headers: GZIP, status: 200, bodyBytes: Number(length) };
  const known = { ...look, headers: { ...GZIP, 'if-none-match': etag }, status: 304, bodyBytes: 0 };
  return { [name]: look, [`${name}, known`]: known };
}

/** An answer, once it is read. */
async function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
  answer.resume();
  await once(answer, 'end');
  return answer;
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
  const { socket } = await answerOf(request(`${coreUrl}${PATH}`, { headers: GZIP, agent: false }).end());
  return socket.bytesRead;
}

type Figures = { seats: number; worst: number; halfSold: number; loaded: Loaded; rounds: Record<string, Cost>[] };

function toReport({ seats, worst, halfSold, loaded, rounds }: Figures): Report {
  const of = (pick: (costs: Record<string, Cost>) => number | undefined) =>
    median(rounds.flatMap((costs) => pick(costs) ?? []));
  const us = (name: string, process: string) => of((costs) => costs[name]?.us(process));
  const rate = (name: string, label: string, bound = {}): Row => {
    const [value, p99] = [of((costs) => costs[name]?.load.perSecond), of((costs) => costs[name]?.load.p99Ms)];
    return [`answers a second, ${label}`, `${perSecond(value)}, p99 ${p99.toFixed(1)} ms`, { value, ...bound }];
  };
  const byProcessor = (from: string, time: number): Row => {
    const value = 1e6 / time;
    return [`answers a second of its processor time, ${from}`, perSecond(value), { value, bound: GOAL }];
  };
  const [coreUs, edgeUs, bareUs] = [us('core', 'core'), us('edge', 'edge'), us('bare', 'bare')];
  const knownUs = [us('edge, known', 'edge'), us('core, known', 'core')];
  return {
    title: `What is free of ${whole(seats)} seats, over HTTP`,
    rows: [
      ['bytes on the wire, every state as likely', whole(worst), { value: worst, bound: { atMost: 30 * KILOBYTE } }],
      ['bytes on the wire, half of the seats sold', whole(halfSold), { value: halfSold }],
      rate('edge', 'from the edge’s memory', { bound: GOAL }),
      rate('core', 'from core’s memory', { bound: GOAL }),
      byProcessor('from the edge’s memory', edgeUs),
      byProcessor('from core’s memory', coreUs),
      rate('edge, known', 'edge, to who has it (304)'),
      rate('core, known', 'core, to who has it (304)'),
      rate('bare', 'bare hono with as many bytes'),
      ['processor time: bare answer ÷ edge', ratio(bareUs / edgeUs), { value: bareUs / edgeUs }],
      ['processor time: bare answer ÷ core', ratio(bareUs / coreUs), { value: bareUs / coreUs }],
      [
        'processor time an answer: edge, core, bare',
        `${[edgeUs, coreUs, bareUs].map((time) => time.toFixed(0)).join(', ')} µs`,
      ],
      ['processor time of a 304: edge, core', `${knownUs.map((time) => time.toFixed(0)).join(', ')} µs`],
      ['processor time an answer costs the load process', `${us('edge', 'load').toFixed(0)} µs`],
      [
        `seconds to load it, ${whole(loaded.bookings)} bookings of two`,
        loaded.seconds.toFixed(2),
        { value: loaded.seconds },
      ],
    ],
    notes: [
      'Real: core and the edge on Node as they ship, each one process, Redis and Postgres. Rates are of one process; the load process shares the machine’s cores with it, and checks each answer’s status and length.',
      'Packed with gzip by who answers, once for each state of things; bytes are head and body. A copy is a second old at most.',
    ],
  };
}
