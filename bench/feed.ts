import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { makeBoard, startKeyPublisher } from '../feed/feed.fixture.ts';
import { ORIGIN } from '../feed/test-socket.fixture.ts';
import { newTicketId } from '../platform/random.ts';
import { roomChannel, roomKeys } from '../redis/keys.ts';
import { startCrowd, type Crowd } from './parts/crowd.ts';
import { startPart } from './parts/part.ts';
import { ROOM, startBenchRoom, type BenchRoom } from './parts/room.ts';
import { milliseconds, ratio, whole, type Report } from './measure/report.ts';
import { toTimings, type Timings } from './measure/time.ts';
import type { BenchOptions } from './options.ts';

const KILOBYTE = 1024;

type Size = { sockets: number; ticks: number; everyMs: number };
/** What a run of ticks came to. Processor times are ms a tick. */
type Run = { toLast: Timings; toFirst: Timings; own: Timings; cpuMs: number; crowdCpuMs: number; missing: number };

/** A tick's frame from its publication in Redis to the last of many sockets, and beside it the same bytes written by a bare loop. */
export async function benchFeed({ smoke }: BenchOptions): Promise<Report> {
  const size = smoke ? { sockets: 50, ticks: 3, everyMs: 50 } : { sockets: 9000, ticks: 60, everyMs: 500 };
  const bare = await runBare(size);
  const { bytes, ...feed } = await runFeed(size);
  const over = feed.cpuMs / bare.cpuMs;
  return {
    title: `A tick's frame to the last of ${whole(size.sockets)} sockets, direct to one feed process`,
    rows: [
      ['processor time of a tick, feed ÷ bare loop of writes', ratio(over), { value: over }],
      ['publish → last socket, p99', milliseconds(feed.toLast.p99Ms), bounded(feed.toLast.p99Ms, 150)],
      ['publish → last socket, p50', milliseconds(feed.toLast.p50Ms), { value: feed.toLast.p50Ms }],
      ['publish → first socket, p50', milliseconds(feed.toFirst.p50Ms)],
      ['in the feed, message read → last write, p50', milliseconds(feed.own.p50Ms), { value: feed.own.p50Ms }],
      ['processor time of a tick, feed', milliseconds(feed.cpuMs), { value: feed.cpuMs }],
      ['processor time of a tick, the clients', milliseconds(feed.crowdCpuMs)],
      ['bare loop: to the last socket, p99', milliseconds(bare.toLast.p99Ms), { value: bare.toLast.p99Ms }],
      ['bare loop: to the last socket, p50', milliseconds(bare.toLast.p50Ms), { value: bare.toLast.p50Ms }],
      ['processor time of a tick, bare loop', milliseconds(bare.cpuMs), { value: bare.cpuMs }],
      ['memory a socket (RSS)', `${(bytes / KILOBYTE).toFixed(1)} KB`, bounded(bytes / KILOBYTE, 16)],
      ['sockets that missed a tick', String(feed.missing), bounded(feed.missing, 0)],
    ],
    notes: [
      `${size.ticks} ticks; one feed process as it ships, one process of bare TCP clients on the other core, whose reading is part of the time.`,
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

  await feed.ask(v.array(v.number()), 'frames');
  const cpu = () => feed.ask(v.number(), 'cpu');
  const run = await runTicks(size, crowd, cpu, (tick) => publish(room, tick));
  const own = toTimings(await feed.ask(v.array(v.number()), 'frames'));
  await Promise.all([crowd.stop(), feed.stop()]);
  edge.stop();
  await room.stop();
  return { ...run, own, bytes };
}

async function runBare(size: Size): Promise<Run> {
  const [writer, crowd] = await Promise.all([startPart('bare-writer', {}), startCrowd()]);
  const tokens = Array.from({ length: size.sockets }, () => 'none is asked for');
  await crowd.open(String(writer.ready['url']), tokens);
  await settle(size);
  const own: number[] = [];
  const cpu = () => writer.ask(v.number(), { ask: 'cpu' });
  const run = await runTicks(size, crowd, cpu, async (tick) => {
    const at = performance.timeOrigin + performance.now();
    own.push(await writer.ask(v.number(), { ask: 'write', text: boardOf(tick) }));
    return at;
  });
  await Promise.all([crowd.stop(), writer.stop()]);
  return { ...run, own: toTimings(own) };
}

/** Sends ticks at a steady pace; `send` returns when the tick left, in ms since 1970, `cpu` the sender's processor time in µs. */
async function runTicks(
  { sockets, ticks, everyMs }: Size,
  crowd: Crowd,
  cpu: () => Promise<number>,
  send: (tick: number) => Promise<number>,
): Promise<Omit<Run, 'own'>> {
  const [cpuBefore, crowdBefore] = [await cpu(), await crowd.cpu()];
  const sent = new Map<number, number>();
  for (let n = 1; n <= ticks; n += 1) {
    // Ahead of the room's own ticks, which nobody runs here.
    const tick = 2_000_000_000 + n;
    sent.set(tick, await send(tick));
    await sleep(everyMs);
  }
  await sleep(everyMs);
  const cpuMs = ((await cpu()) - cpuBefore) / 1000 / ticks;
  const crowdCpuMs = ((await crowd.cpu()) - crowdBefore) / 1000 / ticks;
  return { ...(await judge(crowd, sent, sockets)), cpuMs, crowdCpuMs };
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

async function judge(crowd: Crowd, sent: Map<number, number>, sockets: number) {
  const heard = new Map((await crowd.heard()).map((tick) => [tick.tick, tick]));
  let missing = 0;
  const toLast: number[] = [];
  const toFirst: number[] = [];
  for (const [tick, atMs] of sent) {
    const seen = heard.get(tick);
    missing += sockets - (seen?.count ?? 0);
    if (seen === undefined) continue;
    toLast.push(seen.lastMs - atMs);
    toFirst.push(seen.firstMs - atMs);
  }
  return { toLast: toTimings(toLast), toFirst: toTimings(toFirst), missing };
}

/** Lets the frames of the opening pass before anything is read. */
const settle = ({ everyMs }: Size): Promise<void> => sleep(3 * everyMs);
