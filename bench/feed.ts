import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { makeBoard, startKeyPublisher } from '../feed/feed.fixture.ts';
import { ORIGIN } from '../feed/test-socket.fixture.ts';
import { newTicketId } from '../platform/random.ts';
import { roomChannel, roomKeys } from '../redis/keys.ts';
import { startCrowd, type Crowd } from './parts/crowd.ts';
import { startPart } from './parts/part.ts';
import { ROOM, startBenchRoom, type BenchRoom } from './parts/room.ts';
import { milliseconds, whole, type Report } from './measure/report.ts';
import { toTimings } from './measure/time.ts';
import type { BenchOptions } from './options.ts';

const KILOBYTE = 1024;

/** A tick's frame from its publication in Redis to the last of many sockets, all direct to one feed process. */
export async function benchFeed({ smoke }: BenchOptions): Promise<Report> {
  const sockets = smoke ? 50 : 9000;
  const ticks = smoke ? 3 : 60;
  const room = await startBenchRoom();
  const edge = await startKeyPublisher();
  const settings = { redisUrl: room.url, jwksUrl: edge.jwksUrl, origin: ORIGIN, maxSockets: 20_000 };
  const [feed, crowd] = await Promise.all([startPart('feed', settings), startCrowd()]);
  const url = `${String(feed.ready['url'])}/rooms/${ROOM}`;
  const open = async (count: number): Promise<void> => crowd.open(url, await sign(edge, count));

  // The first sockets load code and grow the heap once; only what each further one adds is counted.
  await open(sockets / 10);
  await settle(smoke);
  const before = await feed.ask(v.number(), 'memory');
  await open(sockets - sockets / 10);
  await settle(smoke);
  const bytes = ((await feed.ask(v.number(), 'memory')) - before) / (sockets - sockets / 10);

  const cpuBefore = await feed.ask(v.number(), 'cpu');
  const published = await publishTicks(room, ticks, smoke ? 50 : 500);
  const cpuMs = ((await feed.ask(v.number(), 'cpu')) - cpuBefore) / 1000 / ticks;
  const { toLast, toFirst, missing } = await judge(crowd, published, sockets);
  await Promise.all([crowd.stop(), feed.stop()]);
  edge.stop();
  await room.stop();
  const last = toTimings(toLast);
  return {
    title: `A tick's frame to the last of ${whole(sockets)} sockets, direct to one feed process`,
    rows: [
      ['publish → last socket, p99', milliseconds(last.p99Ms), { value: last.p99Ms, bound: { atMost: 150 } }],
      ['publish → last socket, p50', milliseconds(last.p50Ms), { value: last.p50Ms }],
      ['publish → first socket, p50', milliseconds(toTimings(toFirst).p50Ms)],
      [
        'memory a socket (RSS)',
        `${(bytes / KILOBYTE).toFixed(1)} KB`,
        { value: bytes / KILOBYTE, bound: { atMost: 16 } },
      ],
      ['processor time of the feed a tick', milliseconds(cpuMs), { value: cpuMs }],
      ['sockets that missed a tick', String(missing), { value: missing, bound: { atMost: 0 } }],
    ],
    notes: [
      `${ticks} ticks; one feed process as it ships, one process of bare TCP clients on the other core, whose reading is part of the time.`,
    ],
  };
}

/** Tokens of visitors far from the head. */
const sign = (edge: Awaited<ReturnType<typeof startKeyPublisher>>, count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      edge.sign({ room: ROOM, ticketId: newTicketId(), score: String(1_000_000 + n) }),
    ),
  );

/** Publishes boards as a committed tick does; returns when each left, in ms since 1970. */
async function publishTicks(room: BenchRoom, count: number, everyMs: number): Promise<Map<number, number>> {
  const published = new Map<number, number>();
  const marks = Array.from({ length: 64 }, (_, n): [number, number] => [1_000_000 + 1000 * n, 1000 * n]);
  const lane = { calledTo: '64', nearTo: '512', admittedTo: '60', lateTo: 0, waiting: 64_000, marks };
  for (let n = 1; n <= count; n += 1) {
    // Ahead of the room's own ticks, which nobody runs here.
    const tick = 2_000_000_000 + n;
    const board = JSON.stringify(makeBoard(ROOM, tick, { lanes: { general: lane } }));
    await room.redis.set(roomKeys(ROOM).board, board);
    published.set(tick, performance.timeOrigin + performance.now());
    await room.redis.publish(roomChannel(ROOM), JSON.stringify({ board, admitted: [] }));
    await sleep(everyMs);
  }
  await sleep(everyMs);
  return published;
}

async function judge(crowd: Crowd, published: Map<number, number>, sockets: number) {
  const heard = new Map((await crowd.heard()).map((tick) => [tick.tick, tick]));
  let missing = 0;
  const toLast: number[] = [];
  const toFirst: number[] = [];
  for (const [tick, atMs] of published) {
    const seen = heard.get(tick);
    missing += sockets - (seen?.count ?? 0);
    if (seen === undefined) continue;
    toLast.push(seen.lastMs - atMs);
    toFirst.push(seen.firstMs - atMs);
  }
  return { toLast, toFirst, missing };
}

/** Lets the frames of the opening pass before memory is read. */
const settle = (smoke: boolean): Promise<void> => sleep(smoke ? 50 : 1500);
