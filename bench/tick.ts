import { milliseconds, percent, perSecond, whole, type Bound, type Report, type Row } from './measure/report.ts';
import { toTimings } from './measure/time.ts';
import type { BenchOptions } from './options.ts';
import { runPhase, type PhaseFigures, type PhasePlan } from './tick/phase.ts';
import type { ScriptRun } from './tick/script-time.ts';
import { startTickWorld } from './tick/tick-world.ts';

const A_TICK = 1000;
const WAITING = 1_000_000;

/**
 * Ticks that admit 1,000 each while many wait in Redis, as the worker runs them: the script, the note in Postgres, the commit. First
 * only admissions and calls; then, in another room before the same line, a steady state in which as many claim and end their session in each
 * tick as are admitted.
 */
export async function benchTick({ smoke, waiting = smoke ? 20_000 : WAITING }: BenchOptions): Promise<Report> {
  const usersPerMinute = 60 * (smoke ? 100 : A_TICK);
  const [rush, steady] = smoke ? RUNS.smoke : RUNS.full;
  const world = await startTickWorld(waiting);
  try {
    const settings = { usersPerMinute, sessionSeconds: steady.before - 10 };
    const rushRoom = { ...settings, id: 'rush', claimWindowSeconds: 3600 };
    const [admitting, next] = await runPhase(world, { ...rush, room: rushRoom, claims: false }, 1);
    const steadyRoom = { ...settings, id: 'steady', claimWindowSeconds: 30 };
    const [turning] = await runPhase(world, { ...steady, room: steadyRoom, claims: true }, next);
    return toReport(waiting, world.bytesEach, admitting, turning);
  } finally {
    await world.stop();
  }
}

/** Ticks before, and measured. Calls come to a balance within ten; at a steady state as many sessions end as begin. */
type Ticks = Pick<PhasePlan, 'before' | 'measured'>;
const RUNS: Record<'smoke' | 'full', [rush: Ticks, steady: Ticks]> = {
  smoke: [
    { before: 8, measured: 3 },
    { before: 13, measured: 3 },
  ],
  full: [
    { before: 15, measured: 100 },
    { before: 70, measured: 200 },
  ],
};

function toReport(waiting: number, bytesEach: number, admitting: PhaseFigures, turning: PhaseFigures): Report {
  const mean = (phase: PhaseFigures, count: number) => whole(count / phase.ticks.length);
  const rest = toTimings(turning.elsewhereMs);
  return {
    title: `A tick that admits ${mean(admitting, admitting.admitted)} while ${whole(waiting)} wait in Redis`,
    rows: [
      ...phaseRows('admitting', admitting),
      ...phaseRows('steady', turning),
      ['steady: Postgres and the worker, p50', milliseconds(rest.p50Ms), { value: rest.p50Ms }],
      ['steady: Postgres and the worker, p99', milliseconds(rest.p99Ms), { value: rest.p99Ms }],
      ['Redis memory a waiting visitor', `${bytesEach.toFixed(0)} B`, { value: bytesEach, bound: { atMost: 160 } }],
    ],
    notes: [
      `Admitting: ${admitting.ticks.length} ticks in which nobody claims or ends. Steady: ${turning.ticks.length} ticks, each of which also ends`,
      `as many sessions as begin and takes note of ${mean(turning, turning.claimed)} claims. Both call as many as they need: 40 % of the called never answer.`,
      'Script time is what Redis counts (INFO commandstats), without the way to it and back; processor time is what its main thread worked.',
      `Of the tick's script time, inside Redis commands: admitting ${shares(admitting.ticks)}; steady ${shares(turning.ticks)}; the rest is Lua.`,
      'Redis keeps nothing on disk here, and Postgres does not wait for its disk (fsync off).',
    ],
  };
}

function phaseRows(name: string, { ticks, commits, admitted }: PhaseFigures): Row[] {
  const rate = admitted / ((total(ticks) + total(commits)) / 1000);
  return [
    ...bothTimes(`${name}: tick script`, ticks, (run) => run.scriptMs, { atMost: 20 }),
    ...bothTimes(`${name}: tick, processor time of Redis`, ticks, (run) => run.cpuMs),
    ...bothTimes(`${name}: commit script`, commits, (run) => run.scriptMs),
    [
      `${name}: admissions a second of script time, tick and commit`,
      perSecond(rate),
      { value: rate, bound: { atLeast: 100_000 } },
    ],
  ];
}

function bothTimes(label: string, runs: readonly ScriptRun[], of: (run: ScriptRun) => number, p99?: Bound): Row[] {
  const { p50Ms, p99Ms } = toTimings(runs.map(of));
  return [
    [`${label}, p50`, milliseconds(p50Ms), { value: p50Ms }],
    [`${label}, p99`, milliseconds(p99Ms), { value: p99Ms, ...(p99 === undefined ? {} : { bound: p99 }) }],
  ];
}

/** The commands that take most of a script's time, largest first. */
function shares(runs: readonly ScriptRun[]): string {
  const byName = new Map<string, number>();
  for (const { commands } of runs) for (const [name, ms] of commands) byName.set(name, (byName.get(name) ?? 0) + ms);
  const sorted = [...byName].toSorted((a, b) => b[1] - a[1]).slice(0, 6);
  return sorted.map(([name, ms]) => `${name} ${percent(ms / total(runs))}`).join(', ');
}

const total = (runs: readonly ScriptRun[]): number => runs.reduce((sum, { scriptMs }) => sum + scriptMs, 0);
