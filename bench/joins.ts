import * as v from 'valibot';
import { ROOM, startBenchRoom } from './parts/room.ts';
import { startLoad, type Load } from './parts/load.ts';
import { startPart, type Part } from './parts/part.ts';
import { costOf, type Cost, type Processes } from './measure/cost.ts';
import { median } from './measure/rounds.ts';
import { milliseconds, perSecond, ratio, type Report, type Row } from './measure/report.ts';
import type { BenchOptions } from './options.ts';

const BODY = '{"lane":"general"}';
const REACH = 0.4;
/** Many short rounds instead of few long ones: the machine's moods then meet both loads alike. */
const ROUNDS = 15;
const WARM_UP = 30_000;
const TOKEN = 'a-token-for-benches';

/** Joins of one Node edge process, beside a bare hono answer of the same size there. */
export async function benchJoinsOnNode(options: BenchOptions): Promise<Report> {
  return benchJoins(options, {
    title: 'Joins on one Node edge process ÷ bare hono answer on Node',
    connections: 64,
    start: async (redisUrl) => {
      const [edge, bare] = await Promise.all([startPart('node-edge', { redisUrl }), startPart('bare', {})]);
      return {
        edge: String(edge.ready['url']),
        bare: String(bare.ready['url']),
        processes: { edge: [edge.pid], 'bare edge': [bare.pid] },
        parts: [edge, bare],
      };
    },
    notes: [
      'Real: edge/node.ts’s app over ioredis, the shipped scripts, Redis, one signed ticket a join; the address limit is on but never hit.',
    ],
  });
}

/** Joins on workerd, beside the least that hono answers in the same isolate with as many bytes. */
export async function benchJoinsOnWorkerd(options: BenchOptions): Promise<Report> {
  return benchJoins(options, {
    title: 'Joins on workerd ÷ bare hono answer on the same workerd',
    connections: 32,
    start: async (redisUrl) => {
      const front = await startPart('rest-front', { redisUrl, token: TOKEN });
      const worker = await startPart('workerd', { restUrl: front.ready['url'], token: TOKEN });
      const url = String(worker.ready['url']);
      const workerd = v.parse(v.array(v.number()), worker.ready['workerdPids']);
      return {
        edge: url,
        bare: `${url}/bare`,
        processes: { edge: workerd, 'bare edge': workerd, 'REST front': [front.pid] },
        parts: [worker, front],
      };
    },
    notes: [
      'Real: the shipped Worker on workerd, the local stack’s REST front in its own process, and Redis behind it.',
      'Miniflare’s own Worker stands before both and is part of both costs.',
    ],
  });
}

type Subject = {
  title: string;
  connections: number;
  /** `processes` names what is measured: `edge` and `bare edge` are divided, the rest is shown. */
  start: (redisUrl: string) => Promise<{ edge: string; bare: string; processes: Processes; parts: Part[] }>;
  notes: string[];
};

type Round = { join: Cost; bare: Cost };

async function benchJoins({ smoke }: BenchOptions, { title, connections, start, notes }: Subject): Promise<Report> {
  const room = await startBenchRoom();
  const stopTicking = room.keepTicking();
  const [{ edge, bare, parts, processes: edges }, load] = await Promise.all([start(room.url), startLoad()]);
  const processes = { ...edges, Redis: [room.pid], 'load process': [load.pid] };
  const shape = { connections: smoke ? 4 : connections, method: 'POST' } as const;
  const joinLoad: Load = {
    ...shape,
    requests: smoke ? 16 : 3000,
    url: `${edge}/api/rooms/${ROOM}/tickets`,
    body: BODY,
  };
  const bareLoad: Load = {
    ...shape,
    requests: smoke ? 16 : 10_000,
    url: `${bare}?bytes=${await answerBytes(joinLoad)}`,
  };
  const measure = async (): Promise<Round> => ({
    join: await costOf(processes, () => load.run(joinLoad)),
    bare: await costOf(processes, () => load.run(bareLoad)),
  });
  // The first requests of a process are spent on compiling it; few at a time, so that none waits too long.
  if (!smoke)
    for (const warmed of [joinLoad, bareLoad]) await load.run({ ...warmed, requests: WARM_UP, connections: 8 });
  const rounds: Round[] = [];
  for (let round = 0; round < (smoke ? 1 : ROUNDS); round += 1) rounds.push(await measure());
  await stopTicking();
  await Promise.all([...parts, load].map((part) => part.stop()));
  await room.stop();
  return { title, rows: toRows(rounds, Object.keys(processes), connections), notes: [...notes, ...NOTES] };
}

/** How long a join's answer is, so that the bare one is as long. */
async function answerBytes({ url, body }: Load): Promise<number> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
  return (await answer.arrayBuffer()).byteLength;
}

const NOTES = [
  'The ratio of processor time stands for the goal: it is what one edge process reaches when nothing else wants its core. The ratio of',
  'rates is of this machine, where the edge, Redis, the load process and the rest share the cores, and joins have less of them.',
];

function toRows(rounds: Round[], processes: string[], connections: number): Row[] {
  const ratios = rounds.map(({ join, bare }) => bare.us('bare edge') / join.us('edge'));
  const rates = rounds.map(({ join, bare }) => join.load.perSecond / bare.load.perSecond);
  const byTime = median(ratios);
  const byRate = median(rates);
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const last = rounds.at(-1)?.join.load;
  return [
    ['edge’s processor time: bare ÷ join', ratio(byTime), { value: byTime, bound: { atLeast: REACH } }],
    ['  each round', ratios.map(ratio).join(' ')],
    ['rate: joins ÷ bare answers', ratio(byRate), { value: byRate, bound: { atLeast: REACH } }],
    ['  each round', rates.map(ratio).join(' ')],
    ['joins a second', perSecond(of(({ join }) => join.load.perSecond)), valued(of(({ join }) => join.load.perSecond))],
    ['bare answers a second', perSecond(of(({ bare }) => bare.load.perSecond))],
    ...processes.map((name): Row => {
      const [join, bare] = [of((round) => round.join.us(name)), of((round) => round.bare.us(name))];
      return [`processor time of ${name}`, `${join.toFixed(0)} µs a join, ${bare.toFixed(0)} µs a bare answer`];
    }),
    [`a join, p50 with ${connections} connections`, milliseconds(last?.p50Ms ?? 0)],
    ['a join, p99', milliseconds(last?.p99Ms ?? 0)],
  ];
}

const valued = (value: number) => ({ value });
