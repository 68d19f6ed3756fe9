import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { makeBoard, startKeyPublisher } from '../feed/feed.fixture.ts';
import { ORIGIN } from '../feed/test-socket.fixture.ts';
import { newTicketId } from '../platform/random.ts';
import { roomChannel, roomKeys } from '../redis/keys.ts';
import { runTicks, type Run, type Size } from './feed/run-ticks.ts';
import { startCrowd } from './parts/crowd.ts';
import { startPart } from './parts/part.ts';
import { ROOM, startBenchRoom, type BenchRoom } from './parts/room.ts';
import { milliseconds, ratio, whole, type Report } from './measure/report.ts';
import { toTimings } from './measure/time.ts';
import type { BenchOptions } from './options.ts';

const KILOBYTE = 1024;

/** A tick's frame from its publication in Redis to the last of many sockets, and beside it the same bytes written by a bare loop. */
export async function benchFeed({ smoke }: BenchOptions): Promise<Report> {
  const size = smoke
    ? { sockets: 50, ticks: 3, warmUp: 1, everyMs: 50 }
    : { sockets: 9000, ticks: 200, warmUp: 10, everyMs: 350 };
  const bare = await runBare(size);
  const { bytes, ...feed } = await runFeed(size);
  const over = feed.cpuMs / bare.cpuMs;
  return {
    title: `A tick's frame to the last of ${whole(size.sockets)} sockets, direct to one feed process`,
    rows: [
      ['processor time of a tick, feed ÷ bare loop of writes', ratio(over), { value: over }],
      ['publish → last socket, p99', milliseconds(feed.toLast.p99Ms), bounded(feed.toLast.p99Ms, 150)],
      ['publish → last socket, p50', milliseconds(feed.toLast.p50Ms), { value: feed.toLast.p50Ms }],
      ['publish → last socket, the worst', milliseconds(feed.toLast.maxMs)],
      ['publish → first socket, p50', milliseconds(feed.toFirst.p50Ms)],
      ['in the feed, message read → last write, p50', milliseconds(feed.own.p50Ms), { value: feed.own.p50Ms }],
      ['the feed waited for a processor in a tick, p50', milliseconds(feed.waited.p50Ms)],
      ['the feed waited for a processor in a tick, p99', milliseconds(feed.waited.p99Ms)],
      ['processor time of a tick, feed', milliseconds(feed.cpuMs), { value: feed.cpuMs }],
      ['processor time of a tick, the clients', milliseconds(feed.crowdCpuMs)],
      ['bare loop: to the last socket, p99', milliseconds(bare.toLast.p99Ms), { value: bare.toLast.p99Ms }],
      ['bare loop: to the last socket, p50', milliseconds(bare.toLast.p50Ms), { value: bare.toLast.p50Ms }],
      ['bare loop: waited for a processor in a tick, p99', milliseconds(bare.waited.p99Ms)],
      ['processor time of a tick, bare loop', milliseconds(bare.cpuMs), { value: bare.cpuMs }],
      ['memory a socket (RSS)', `${(bytes / KILOBYTE).toFixed(1)} KB`, bounded(bytes / KILOBYTE, 16)],
      ['sockets that missed a tick', String(feed.missing), bounded(feed.missing, 0)],
    ],
    notes: [
      `${size.ticks} ticks after ${size.warmUp} to warm up; one feed process as it ships, pings included; one process of bare TCP clients on the other core, whose reading is part of the time.`,
      'Waiting for a processor is what other processes of this machine took; on a quiet one it is next to nothing.',
      'The bare loop is a Node process that writes the same frame to as many sockets and does nothing else: what the machine asks for it.',
    ],
  };
}

const bounded = (value: number, atMost: number) => ({ value, bound: { atMost } });

async function runFeed(size: Size): Promise<Run & { bytes: number }> {
  const room = await startBenchRoom();
  const edge = await startKeyPublisher();
  const settings = { redisUrl: room.url, jwksUrl: edge.jwksUrl, origin: ORIGIN, maxSockets: 20_000 };
  const [feed, crowd] = await Promise.all([startPart('feed', settings), startCrowd()]);
  const url = `${String(feed.ready['url'])}/rooms/${ROOM}`;
  const open = async (count: number): Promise<void> => crowd.open(url, await sign(edge, count));

  // The first sockets load code and grow the heap once; only what each further one adds is counted.
  await open(size.sockets / 10);
  await settle(size);
  const before = await feed.ask(v.number(), 'memory');
  await open(size.sockets - size.sockets / 10);
  await settle(size);
  const bytes = ((await feed.ask(v.number(), 'memory')) - before) / (size.sockets - size.sockets / 10);

  const run = await runTicks(size, crowd, {
    pid: feed.pid,
    cpu: () => feed.ask(v.number(), 'cpu'),
    tick: (tick) => publish(room, tick),
  });
  const own = (await feed.ask(v.array(v.number()), 'frames')).slice(-size.ticks);
  await Promise.all([crowd.stop(), feed.stop()]);
  edge.stop();
  await room.stop();
  return { ...run, own: toTimings(own), bytes };
}

async function runBare(size: Size): Promise<Run> {
  const [writer, crowd] = await Promise.all([startPart('bare-writer', {}), startCrowd()]);
  const tokens = Array.from({ length: size.sockets }, () => 'none is asked for');
  await crowd.open(String(writer.ready['url']), tokens);
  await settle(size);
  const own: number[] = [];
  const run = await runTicks(size, crowd, {
    pid: writer.pid,
    cpu: () => writer.ask(v.number(), { ask: 'cpu' }),
    async tick(tick) {
      const at = performance.timeOrigin + performance.now();
      own.push(await writer.ask(v.number(), { ask: 'write', text: boardOf(tick) }));
      return at;
    },
  });
  await Promise.all([crowd.stop(), writer.stop()]);
  return { ...run, own: toTimings(own.slice(-size.ticks)) };
}

/** Tokens of visitors far from the head. */
const sign = (edge: Awaited<ReturnType<typeof startKeyPublisher>>, count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      edge.sign({ room: ROOM, ticketId: newTicketId(), score: String(1_000_000 + n) }),
    ),
  );

/** A board as large as they get. */
function boardOf(tick: number): string {
  const marks = Array.from({ length: 64 }, (_, n): [number, number] => [1_000_000 + 1000 * n, 1000 * n]);
  const lane = { calledTo: '64', nearTo: '512', admittedTo: '60', lateTo: 0, waiting: 64_000, marks };
  return JSON.stringify(makeBoard(ROOM, tick, { lanes: { general: lane } }));
}

/** Publishes a board as a committed tick does; returns when it left, in ms since 1970. */
async function publish({ redis }: BenchRoom, tick: number): Promise<number> {
  const board = boardOf(tick);
  await redis.set(roomKeys(ROOM).board, board);
  const at = performance.timeOrigin + performance.now();
  await redis.publish(roomChannel(ROOM), JSON.stringify({ board, admitted: [] }));
  return at;
}

/** Lets the frames of the opening pass before anything is read. */
const settle = ({ everyMs }: Size): Promise<void> => sleep(3 * everyMs);
