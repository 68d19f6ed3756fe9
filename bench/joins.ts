import * as v from 'valibot';
import { ROOM, startBenchRoom } from './parts/room.ts';
import { lostOf, startLoad, type Load } from './parts/load.ts';
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

/** Joins of one Node edge process, beside a bare hono echo there, and beside an answer of a join's size that reads no body. */
export async function benchJoinsOnNode(options: BenchOptions): Promise<Report> {
  return benchJoins(options, {
    title: 'Joins on one Node edge process ÷ bare hono echo on Node',
    connections: 64,
    start: async (redisUrl) => {
      const [edge, bare] = await Promise.all([startPart('node-edge', { redisUrl }), startPart('bare', {})]);
      return {
        edge: String(edge.ready['url']),
        baselines: { echo: `${String(bare.ready['url'])}/echo`, 'bare answer': `${String(bare.ready['url'])}/bare` },
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
        baselines: { 'bare answer': `${url}/bare` },
        processes: { edge: workerd, 'bare edge': workerd, 'REST front': [front.pid] },
        parts: [worker, front],
      };
    },
    notes: [
      'Real: the shipped Worker on workerd, the local stack’s REST front in its own process, and Redis behind it.',
      'Miniflare’s own Worker stands before both and is part of both costs; the one it puts before outgoing calls is off, as nothing stands there deployed.',
    ],
  });
}

type Subject = {
  title: string;
  connections: number;
  /** `processes` names what is measured: `edge` and `bare edge` are divided, the rest is shown. The goal is about the first baseline. */
  start: (redisUrl: string) => Promise<{
    edge: string;
    baselines: Record<string, string>;
    processes: Processes;
    parts: Part[];
  }>;
  notes: string[];
};

type Round = { join: Cost; baselines: Record<string, Cost> };

async function benchJoins({ smoke }: BenchOptions, { title, connections, start, notes }: Subject): Promise<Report> {
  const room = await startBenchRoom();
  const stopTicking = room.keepTicking();
  const [{ edge, baselines, parts, processes: edges }, load] = await Promise.all([start(room.url), startLoad()]);
  const processes = { ...edges, Redis: [room.pid], 'load process': [load.pid] };
  const shape = { connections: smoke ? 4 : connections, method: 'POST' } as const;
  const joinLoad: Load = {
    ...shape,
    requests: smoke ? 16 : 3000,
    url: `${edge}/api/rooms/${ROOM}/tickets`,
    body: BODY,
  };
  const bytes = await answerBytes(joinLoad);
  const baseLoads = Object.entries(baselines).map(([name, url]): [string, Load] => {
    const reads = name === 'echo' ? { body: BODY } : {};
    return [name, { ...shape, ...reads, requests: smoke ? 16 : 6000, url: `${url}?bytes=${bytes}` }];
  });
  const measure = async (): Promise<Round> => {
    const join = await costOf(processes, () => load.run(joinLoad));
    const costs: Record<string, Cost> = {};
    for (const [name, baseLoad] of baseLoads) costs[name] = await costOf(processes, () => load.run(baseLoad));
    return { join, baselines: costs };
  };
  // The first requests of a process are spent on compiling it; few at a time, so that none waits too long.
  if (!smoke) {
    const warmed = [joinLoad, ...baseLoads.map(([, baseLoad]) => baseLoad)];
    for (const one of warmed) await load.warmUp({ ...one, requests: WARM_UP, connections: 8 });
  }
  const rounds: Round[] = [];
  for (let round = 0; round < (smoke ? 1 : ROUNDS); round += 1) rounds.push(await measure());
  await stopTicking();
  await Promise.all([...parts, load].map((part) => part.stop()));
  await room.stop();
  const rows = [
    ...baseLoads.flatMap(([name], index) => toRatios(rounds, name, index === 0)),
    ...toCosts(rounds, processes),
  ];
  return { title, rows, notes: [...notes, ...NOTES] };
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

function toRatios(rounds: Round[], name: string, isGoal: boolean): Row[] {
  const compared = rounds.flatMap(({ join, baselines }) => {
    const base = baselines[name];
    if (base === undefined) return [];
    return [{ time: base.us('bare edge') / join.us('edge'), rate: join.load.perSecond / base.load.perSecond, base }];
  });
  const [byTime, byRate] = [median(compared.map(({ time }) => time)), median(compared.map(({ rate }) => rate))];
  const bound = isGoal ? { bound: { atLeast: REACH } } : {};
  const us = median(compared.map(({ base }) => base.us('bare edge')));
  const perRound = median(compared.map(({ base }) => base.load.perSecond));
  return [
    [`edge’s processor time: ${name} ÷ join`, ratio(byTime), { value: byTime, ...bound }],
    ['  each round', compared.map(({ time }) => ratio(time)).join(' ')],
    [`rate: joins ÷ ${name}`, ratio(byRate), { value: byRate, ...bound }],
    ['  each round', compared.map(({ rate }) => ratio(rate)).join(' ')],
    [`${name}, a second`, `${perSecond(perRound)}, ${us.toFixed(0)} µs of processor each`],
  ];
}

function toCosts(rounds: Round[], processes: Processes): Row[] {
  const of = (pick: (cost: Cost) => number): number => median(rounds.map(({ join }) => pick(join)));
  const rate = of(({ load }) => load.perSecond);
  const lost = rounds.reduce((sum, { join }) => sum + lostOf(join.load), 0);
  const all = rounds.reduce((sum, { join }) => sum + join.load.ok, lost);
  return [
    ['joins a second', perSecond(rate), { value: rate }],
    ['joins refused or broken', `${lost} of ${all.toLocaleString('en')}`, { value: lost }],
    ...Object.keys(processes)
      .filter((name) => name !== 'bare edge')
      .map((name): Row => [`processor time of ${name} a join`, `${of((cost) => cost.us(name)).toFixed(0)} µs`]),
    ['a join, p50', milliseconds(of(({ load }) => load.p50Ms))],
    ['a join, p99', milliseconds(of(({ load }) => load.p99Ms))],
  ];
}
