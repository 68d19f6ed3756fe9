import { admit } from '../../admission-worker/admit.ts';
import { askDirectly } from '../../admission-worker/ask-postgres.ts';
import type { ScriptRun } from './script-time.ts';
import { START_MS, type RoomSettings, type TickWorld } from './tick-world.ts';
import { createVisitors } from './visitors.ts';

/** `before`: ticks until the room is as it is meant to be measured; they are not. `claims`: whether anybody claims, and so ends. */
export type PhasePlan = { room: RoomSettings; before: number; measured: number; claims: boolean };

/** What a phase took. `admitted`, `claimed`: of all measured ticks; `elsewhereMs`: of each, in Postgres and the worker. */
export type PhaseFigures = {
  ticks: readonly ScriptRun[];
  commits: readonly ScriptRun[];
  admitted: number;
  claimed: number;
  elsewhereMs: number[];
};

/** Ticks between two words of progress. */
const SAY_EVERY = 50;

/** Opens the plan's room before what is left of the line and runs its ticks as the worker does: script, note in Postgres, commit. */
export async function runPhase(world: TickWorld, plan: PhasePlan, firstScore: number): Promise<[PhaseFigures, number]> {
  const { scripts, sql } = world;
  const { before, measured, claims } = plan;
  const { id } = plan.room;
  await world.openRoom(plan.room);
  const visitors = createVisitors(world, { room: id, claims, firstScore });
  const figures = { admitted: 0, claimed: 0, elsewhereMs: [] as number[] };
  const start = START_MS + 1000 * firstScore;
  for (let tick = 1; tick <= before + measured; tick += 1) {
    const nowMs = start + 1000 * tick;
    await world.setTime(nowMs);
    const room = await world.row(id);
    if (tick === before + 1) scripts.forget();
    const began = performance.now();
    const outcome = await admit({ postgres: askDirectly(sql), scripts }, room);
    const tookMs = performance.now() - began;
    if (outcome.status !== 'admitted') throw new Error(`the tick answered ${outcome.status}`);
    const scriptMs = [scripts.runs('tick').at(-1), scripts.runs('commit-tick').at(-1)];
    const claimed = await visitors.afterTick(outcome.result, nowMs);
    if (tick > before) {
      figures.admitted += outcome.result.admitted.length;
      figures.claimed += claimed;
      figures.elsewhereMs.push(tookMs - scriptMs.reduce((sum, run) => sum + (run?.wallMs ?? 0), 0));
    }
    if (tick % SAY_EVERY === 0) console.error(`  tick ${tick} of ${before + measured}`);
  }
  const [ticks, commits] = [scripts.runs('tick'), scripts.runs('commit-tick')];
  scripts.forget();
  return [{ ...figures, ticks, commits }, visitors.calledTo() + 1];
}
