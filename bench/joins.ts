import { ROOM, startBenchRoom } from './parts/room.ts';
import { startLoad, type LoadResult } from './parts/load.ts';
import { startPart, type Part } from './parts/part.ts';
import { inTurn } from './measure/rounds.ts';
import { milliseconds, perSecond, ratio, type Report } from './measure/report.ts';
import type { BenchOptions } from './options.ts';

const BODY = '{"lane":"general"}';
const REACH = 0.4;

/** Joins a second of one Node edge process, beside a bare hono echo; both alone with one load process. */
export async function benchJoinsOnNode(options: BenchOptions): Promise<Report> {
  return benchJoins(options, {
    title: 'Joins on one Node edge process ÷ bare hono echo on Node',
    connections: 64,
    start: async (redisUrl) => {
      const [edge, echo] = await Promise.all([startPart('node-edge', { redisUrl }), startPart('echo', {})]);
      return { edge: String(edge.ready['url']), bare: String(echo.ready['url']), parts: [edge, echo] };
    },
    notes: [
      'Real: edge/node.ts’s app over ioredis, the shipped scripts, Redis, one signed ticket a join; the address limit is on but never hit.',
      'Two cores: server, Redis and the load process share them, so joins have less of the machine than the echo has.',
    ],
  });
}

/** Joins a second on workerd, beside the least that hono answers in the same isolate. */
export async function benchJoinsOnWorkerd(options: BenchOptions): Promise<Report> {
  return benchJoins(options, {
    title: 'Joins on workerd ÷ bare hono answer on the same workerd',
    connections: 32,
    start: async (redisUrl) => {
      const edge = await startPart('workerd', { redisUrl });
      const url = String(edge.ready['url']);
      return { edge: url, bare: `${url}/bare`, parts: [edge] };
    },
    notes: [
      'Real: the shipped Worker on workerd, the local stack’s REST front (in miniflare’s Node process) and Redis behind it.',
      'Two cores: workerd, REST front, Redis and the load process share them.',
    ],
  });
}

type Subject = {
  title: string;
  connections: number;
  start: (redisUrl: string) => Promise<{ edge: string; bare: string; parts: Part[] }>;
  notes: string[];
};

async function benchJoins({ smoke }: BenchOptions, { title, connections, start, notes }: Subject): Promise<Report> {
  const room = await startBenchRoom();
  const stopTicking = room.keepTicking();
  const [{ edge, bare, parts }, load] = await Promise.all([start(room.url), startLoad()]);
  const seconds = smoke ? 0 : 4;
  const results: LoadResult[] = [];
  const run = async (url: string): Promise<LoadResult> =>
    load.run({ url, seconds, connections: smoke ? 4 : connections, method: 'POST', body: BODY });
  const join = async (): Promise<number> => {
    const result = await run(`${edge}/api/rooms/${ROOM}/tickets`);
    results.push(result);
    return result.perSecond;
  };
  const answer = async (): Promise<number> => (await run(bare)).perSecond;
  // The first round of a process is spent on compiling it.
  if (!smoke) await inTurn(1, join, answer);
  const measured = await inTurn(smoke ? 1 : 5, join, answer);
  await stopTicking();
  await Promise.all([...parts, load].map((part) => part.stop()));
  await room.stop();
  const last = results.at(-1);
  return {
    title,
    rows: [
      [
        'joins ÷ bare answers, median of rounds',
        ratio(measured.ratio),
        { value: measured.ratio, bound: { atLeast: REACH } },
      ],
      ['each round', measured.ratios.map(ratio).join(' ')],
      ['joins a second', perSecond(measured.first), { value: measured.first }],
      ['bare answers a second', perSecond(measured.second), { value: measured.second }],
      [`a join, p50 with ${connections} connections`, milliseconds(last?.p50Ms ?? 0)],
      ['a join, p99', milliseconds(last?.p99Ms ?? 0)],
    ],
    notes,
  };
}
