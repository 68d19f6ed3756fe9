import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Ends a process that an earlier, killed supervisor left behind: only when its command line contains `argument`, so
 * that a pid given to another program since is left alone. Asks with a signal, kills after `graceMs`, and returns
 * when it is gone. Without /proc (macOS) it does nothing.
 */
export async function stopLeftover(
  pid: number,
  argument: string,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<void> {
  if (!Number.isInteger(pid) || pid <= 1) return;
  const until = Date.now() + graceMs;
  let next: NodeJS.Signals | undefined = signal;
  while (await runsWith(pid, argument)) {
    if (next === undefined && Date.now() > until) next = 'SIGKILL';
    if (next !== undefined) send(pid, next);
    next = undefined;
    await pause(POLL_MS);
  }
}

async function runsWith(pid: number, argument: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(argument);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between two looks.
  }
}
