import { admit } from '../admission-worker/admit.ts';
import { askDirectly } from '../admission-worker/ask-postgres.ts';
import { percent, milliseconds, perSecond, whole, type Report, type Row } from './measure/report.ts';
import { toTimings } from './measure/time.ts';
import type { BenchOptions } from './options.ts';
import type { ScriptRun } from './tick/script-time.ts';
import { START_MS, startTickWorld, type TickWorld } from './tick/tick-world.ts';
import { createVisitors } from './tick/visitors.ts';

const A_TICK = 1000;
const WAITING = 1_000_000;
/** Ticks between two words of progress. */
const SAY_EVERY = 50;

type Sample = { admitted: number; facts: number; elsewhereMs: number };

/**
 * Ticks that admit 1,000 each while many wait in Redis, as the worker runs them: the script, the note in Postgres, the commit. At a
 * steady state: as many are called, answer, claim, and end their session in each tick as are admitted.
 */
export async function benchTick({ smoke, waiting = smoke ? 20_000 : WAITING }: BenchOptions): Promise<Report> {
  const sessionSeconds = smoke ? 3 : 60;
  const ticks = smoke ? 5 : 200;
  const world = await startTickWorld(waiting, 60 * A_TICK, sessionSeconds);
  try {
    const samples = await runTicks(world, sessionSeconds + 10, ticks);
    return toReport(waiting, world, samples);
  } finally {
    await world.stop();
  }
}

/** `before`: ticks that fill the room until as many sessions end as begin; they are not measured. */
async function runTicks(world: TickWorld, before: number, measured: number): Promise<Sample[]> {
  const { scripts, sql } = world;
  const visitors = createVisitors(world);
  const samples: Sample[] = [];
  for (let tick = 1; tick <= before + measured; tick += 1) {
    const nowMs = START_MS + 1000 * tick;
    await world.setTime(nowMs);
    const room = await world.row();
    if (tick === before + 1) scripts.forget();
    const began = performance.now();
    const outcome = await admit({ postgres: askDirectly(sql), scripts }, room);
    const tookMs = performance.now() - began;
    if (outcome.status !== 'admitted') throw new Error(`the tick answered ${outcome.status}`);
    const { result } = outcome;
    if (tick > before) {
      const scriptMs = [scripts.runs('tick').at(-1), scripts.runs('commit-tick').at(-1)];
      const inScripts = scriptMs.reduce((sum, run) => sum + (run?.wallMs ?? 0), 0);
      samples.push({ admitted: result.admitted.length, facts: result.facts.length, elsewhereMs: tookMs - inScripts });
    }
    await visitors.afterTick(result, nowMs);
    if (tick % SAY_EVERY === 0) console.error(`  tick ${tick} of ${before + measured}`);
  }
  return samples;
}

function toReport(waiting: number, { scripts, bytesEach }: TickWorld, samples: readonly Sample[]): Report {
  const ticks = scripts.runs('tick');
  const commits = scripts.runs('commit-tick');
  const admitted = samples.reduce((sum, sample) => sum + sample.admitted, 0);
  const tickMs = total(ticks);
  const rate = admitted / ((tickMs + total(commits)) / 1000);
  const script = toTimings(ticks.map((run) => run.scriptMs));
  const rest = toTimings(samples.map((sample) => sample.elsewhereMs));
  return {
    title: `A tick that admits ${whole(admitted / samples.length)} while ${whole(waiting)} wait in Redis`,
    rows: [
      ['tick script, p99', milliseconds(script.p99Ms), { value: script.p99Ms, bound: { atMost: 20 } }],
      ['tick script, p50', milliseconds(script.p50Ms), { value: script.p50Ms }],
      ...bothTimes('tick, work of Redis’s thread', ticks, (run) => run.cpuMs),
      ...bothTimes('tick as its caller waits', ticks, (run) => run.wallMs),
      ...bothTimes('commit script', commits, (run) => run.scriptMs),
      ...bothTimes('commit as its caller waits', commits, (run) => run.wallMs),
      ...bothTimes('Postgres and the worker', [...samples], (sample) => sample.elsewhereMs),
      [
        'admissions a second of script time, tick and commit',
        perSecond(rate),
        { value: rate, bound: { atLeast: 100_000 } },
      ],
      ['Redis memory a waiting visitor', `${bytesEach.toFixed(0)} B`, { value: bytesEach, bound: { atMost: 160 } }],
    ],
    notes: [
      `${samples.length} ticks; each also takes note of ${whole(mean(samples.map(({ facts }) => facts)))} claims and ends, and calls as many as it admits need.`,
      'Script time is what Redis counts (INFO commandstats), without the way to it and back.',
      `Of the tick's script time, inside Redis commands: ${shares(ticks, tickMs)}; the rest is Lua.`,
      `Postgres p99 ${milliseconds(rest.p99Ms)} without waiting for the disk (fsync off). 40 % of the called never answer.`,
    ],
  };
}

function bothTimes<T>(label: string, runs: readonly T[], of: (run: T) => number): Row[] {
  const { p50Ms, p99Ms } = toTimings(runs.map(of));
  return [
    [`${label}, p50`, milliseconds(p50Ms), { value: p50Ms }],
    [`${label}, p99`, milliseconds(p99Ms), { value: p99Ms }],
  ];
}

/** The commands that take most of a script's time, largest first. */
function shares(runs: readonly ScriptRun[], wholeMs: number): string {
  const byName = new Map<string, number>();
  for (const { commands } of runs) for (const [name, ms] of commands) byName.set(name, (byName.get(name) ?? 0) + ms);
  const sorted = [...byName].toSorted((a, b) => b[1] - a[1]).slice(0, 8);
  return sorted.map(([name, ms]) => `${name} ${percent(ms / wholeMs)}`).join(', ');
}

const total = (runs: readonly ScriptRun[]): number => runs.reduce((sum, { scriptMs }) => sum + scriptMs, 0);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
