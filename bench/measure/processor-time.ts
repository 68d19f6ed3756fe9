import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's tick for `/proc` (USER_HZ), which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor seconds, user and system, that a process has used in all its threads; null where there is no `/proc` (not Linux). */
export const processorSeconds = (pid: number): number | null => secondsIn(`/proc/${pid}/stat`);

/** The same of a process's first thread alone, where Node runs its event loop: what bounds it while others of its threads are idle. */
export const eventLoopSeconds = (pid: number): number | null => secondsIn(`/proc/${pid}/task/${pid}/stat`);

function secondsIn(path: string): number | null {
  try {
    const stat = readFileSync(path, 'utf8');
    // The name in parentheses may hold spaces; behind it `utime` and `stime` are the 12th and 13th (proc(5), fields 14 and 15).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

/**
 * How long a process's main thread has worked, and stood ready for a processor that others had, ms; NaN where the kernel does not tell
 * (not Linux, or built without schedstats). Finer than `processorSeconds`, which the kernel rounds to hundredths of a second.
 */
export function mainThreadMs(pid: number): { workedMs: number; waitedMs: number } {
  try {
    // Time on a processor, time waiting for one (ns), turns (Documentation/scheduler/sched-stats.rst).
    const [worked, waited] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return { workedMs: Number(worked) / 1e6, waitedMs: Number(waited) / 1e6 };
  } catch {
    return { workedMs: Number.NaN, waitedMs: Number.NaN };
  }
}

/** The processes of a name that this one started and that still run; none where there is no `/proc`. */
export function childrenOf(pid: number, name: string): number[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && isChild(entry, pid, name))
      .map(Number);
  } catch {
    return [];
  }
}

function isChild(pid: string, parent: number, name: string): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return status.startsWith(`Name:\t${name}\n`) && status.includes(`\nPPid:\t${parent}\n`);
  } catch {
    // It ended while the list was read.
    return false;
  }
}
