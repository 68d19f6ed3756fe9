import { spawn } from 'node:child_process';
import type { Exit } from '../process/child.ts';

/** The supervisor's end of the pipe to its guard. */
export type Guard = {
  pid: number;
  watch: (group: number, signal: 'SIGINT' | 'SIGTERM') => void;
  forget: (group: number) => void;
  exited: Promise<Exit>;
  /** Lets the guard go, once nothing is left to watch. */
  release: () => void;
};

/** Starts the guard (`guard.ts`), which ends all watched process groups when this process is gone. */
export function startGuard(script: string, graceMs?: number): Guard {
  const args = graceMs === undefined ? [script] : [script, String(graceMs)];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 127, signal: null }));
  });
  // Its death is reported by `exited`; a write that fails after that says nothing new.
  child.stdin.on('error', () => {});
  const tell = (line: string): void => void (child.stdin.writable && child.stdin.write(`${line}\n`));
  return {
    pid: child.pid ?? 0,
    watch: (group, signal) => tell(`+${group} ${signal}`),
    forget: (group) => tell(`-${group}`),
    exited,
    release: () => void child.stdin.end(),
  };
}
