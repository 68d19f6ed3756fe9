import type { BenchOptions } from './options.ts';
import { eventLoopSeconds, processorSeconds } from './measure/processor-time.ts';
import { milliseconds, perSecond, ratio, type Report, type Row } from './measure/report.ts';
import { median } from './measure/rounds.ts';
import { startBuyers, type Buyers, type CrowdPlan, type CrowdResult } from './parts/buyers.ts';
import { startPart } from './parts/part.ts';
import { startShop, type Shop } from './parts/shop.ts';

const REACH = 0.45;
/** Many short rounds: the machine's moods then meet both alike. */
const ROUNDS = 9;
const A_ROUND = 2000;
/** What both are asked before: V8 compiles a path that is often taken. */
const WARM_UP = 8000;
const CLIENTS = 64;
/** Holds of one pass: a handful, as the room's limit would have it. */
const HOLDS_A_PASS = 5;

/** A load, and the processor time that each of its requests took, µs: of the process, of its event loop alone, of Redis, of the load. */
type Measured = CrowdResult & { us: { process: number; loop: number; redis: number; load: number } };
type Round = { hold: Measured; echo: Measured };

/** Holds of one core process beside a hono echo that checks the same passes by the same cache. */
export async function benchHolds({ smoke }: BenchOptions): Promise<Report> {
  const [rounds, count, warmUp] = smoke ? [1, 40, 20] : [ROUNDS, A_ROUND, WARM_UP];
  const seats = warmUp + rounds * count;
  const shop = await startShop({ seats, standing: 1 }, !smoke);
  const [core, echo, buyers] = await Promise.all([
    shop.core(),
    startPart('echo', { jwksUrl: shop.jwksUrl }),
    startBuyers(shop, Math.ceil(seats / HOLDS_A_PASS)),
  ]);
  let firstSeat = 0;
  const load = async (flow: 'hold' | '/echo', requests: number): Promise<Measured> => {
    const [url, pid] = flow === 'hold' ? [core.url, core.pid] : [String(echo.ready['url']), echo.pid];
    return costOf(shop, buyers, pid, { url, flow, count: requests, clients: CLIENTS, firstSeat });
  };
  const inTurn = async (requests: number): Promise<Round> => {
    const round = { hold: await load('hold', requests), echo: await load('/echo', requests) };
    firstSeat += requests;
    return round;
  };
  try {
    await inTurn(warmUp);
    const all: Round[] = [];
    for (let round = 0; round < rounds; round += 1) all.push(await inTurn(count));
    return toReport(all);
  } finally {
    await Promise.all([core.stop(), echo.stop(), buyers.stop()]);
    await shop.stop();
  }
}

/** Runs a load. Throws when a single request was refused: its rate would mean nothing. */
async function costOf(shop: Shop, buyers: Buyers, pid: number, plan: CrowdPlan): Promise<Measured> {
  const read = () =>
    [processorSeconds(pid), eventLoopSeconds(pid), processorSeconds(shop.redisPid), processorSeconds(buyers.pid)].map(
      (seconds) => seconds ?? Number.NaN,
    );
  const before = read();
  const result = await buyers.run(plan);
  const used = read().map((seconds, i) => ((seconds - (before[i] ?? Number.NaN)) * 1e6) / plan.count);
  if (result.done !== plan.count) throw new Error(`${plan.flow} was refused: ${JSON.stringify(result.refused)}`);
  const [process = Number.NaN, loop = Number.NaN, redis = Number.NaN, load = Number.NaN] = used;
  return { ...result, us: { process, loop, redis, load } };
}

function toReport(rounds: readonly Round[]): Report {
  const rates = rounds.map(({ hold, echo }) => (hold.done / hold.seconds) * (echo.seconds / echo.done));
  const shares = rounds.map(({ hold, echo }) => echo.us.process / hold.us.process);
  const loops = rounds.map(({ hold, echo }) => echo.us.loop / hold.us.loop);
  const goal = (label: string, values: number[]): Row[] => [
    [label, ratio(median(values)), { value: median(values), bound: { atLeast: REACH } }],
    ['  each round', values.map(ratio).join(' ')],
  ];
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const [holds, echoes] = [of(({ hold }) => hold.done / hold.seconds), of(({ echo }) => echo.done / echo.seconds)];
  const us = (label: string, pick: (round: Round) => number): Row => [label, `${of(pick).toFixed(0)} µs`];
  return {
    title: 'Holds of one core process ÷ hono echo with a cached pass check',
    rows: [
      ...goal('rate: holds ÷ echo', rates),
      ...goal('processor time of the process: echo ÷ hold', shares),
      ...goal('processor time of its event loop: echo ÷ hold', loops),
      ['holds a second', perSecond(holds), { value: holds }],
      ['echoes a second', perSecond(echoes), { value: echoes }],
      ['a hold, p50', milliseconds(of(({ hold }) => hold.hold.p50Ms))],
      ['a hold, p99', milliseconds(of(({ hold }) => hold.hold.p99Ms))],
      ['an echo, p99', milliseconds(of(({ echo }) => echo.hold.p99Ms))],
      us('processor time of core a hold', ({ hold }) => hold.us.process),
      us('  of it its event loop', ({ hold }) => hold.us.loop),
      us('processor time of the echo', ({ echo }) => echo.us.process),
      us('processor time of Redis a hold', ({ hold }) => hold.us.redis),
      us('processor time of the load a hold', ({ hold }) => hold.us.load),
    ],
    notes: [
      `Real: core as it ships, on its stores: pass, limit, body, hold script, signed receipt. ${CLIENTS} connections, a seat of its own for each hold, ${HOLDS_A_PASS} holds of each pass. All of these are holds; none was refused.`,
      'The echo gets the same bytes, checks the same pass by the same cache, and sends the JSON back; a hold’s answer is four times as long.',
      'The rate is of this machine, where core, Redis and the load share the processors.',
    ],
  };
}
