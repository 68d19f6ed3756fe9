import type { LoadResult } from '../parts/load.ts';
import { processorSeconds } from './processor-time.ts';

/** Processes by the name that a report gives them. */
export type Processes = Record<string, readonly number[]>;

/** What a load got, and the processor time that each process spent on one of its requests, in µs; NaN where no system tells it. */
export type Cost = { load: LoadResult; us: (name: string) => number };

/** Runs a load and counts the processor time of all processes beside it. */
export async function costOf(processes: Processes, run: () => Promise<LoadResult>): Promise<Cost> {
  const read = () => new Map(Object.entries(processes).map(([name, pids]) => [name, secondsOf(pids)]));
  const before = read();
  const load = await run();
  const after = read();
  return {
    load,
    us: (name) => (((after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN)) * 1e6) / load.ok,
  };
}

const secondsOf = (pids: readonly number[]): number =>
  pids.length === 0 ? Number.NaN : pids.reduce((sum, pid) => sum + (processorSeconds(pid) ?? Number.NaN), 0);
