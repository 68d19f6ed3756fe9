import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupRuns, signalGroup } from './process-group.ts';

/** How long a process group may take to go after being asked, and how long stragglers may take by themselves. */
const KILL_AFTER_MS = 10_000;
const STRAGGLERS_MS = 5_000;

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly output: string;
  readonly trouble?: string | undefined;
}

/**
 * Runs a command in a process group of its own, and ends only when the whole group is gone: after `timeoutSeconds` or when
 * `stop` fires it is asked to stop, then killed. A process left behind is trouble, also after success.
 */
export async function runProcess(
  command: readonly string[],
  options: { env: NodeJS.ProcessEnv; timeoutSeconds: number; stop: AbortSignal; stragglersMs?: number },
): Promise<ProcessEnd> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: options.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text));

  let trouble: string | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const interrupt = (reason: string): void => {
    trouble ??= reason;
    const group = child.pid;
    if (group === undefined) return;
    signalGroup(group, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(group, 'SIGKILL'), KILL_AFTER_MS);
  };
  const timer = setTimeout(
    () => interrupt(`took longer than ${options.timeoutSeconds} s`),
    options.timeoutSeconds * 1000,
  );
  const onStop = (): void => interrupt('interrupted');
  options.stop.addEventListener('abort', onStop, { once: true });
  if (options.stop.aborted) onStop();

  const exitCode = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      trouble ??= `${program} could not be started: ${error.message}`;
      resolve(null);
    });
    // `exit`, not `close`: a straggler that keeps the pipe open must not hold up the run.
    child.once('exit', resolve);
  });
  clearTimeout(timer);
  clearTimeout(killTimer);
  options.stop.removeEventListener('abort', onStop);
  if (child.pid !== undefined && (await leftBehind(child.pid, options.stragglersMs ?? STRAGGLERS_MS)))
    trouble ??= 'left processes behind (now killed)';
  child.stdout.destroy();
  child.stderr.destroy();
  return { exitCode, output: output.join(''), trouble };
}

/** Waits for the rest of the group; kills it and answers true when it stays. */
async function leftBehind(group: number, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 50) {
    if (!groupRuns(group)) return false;
    await sleep(50);
  }
  signalGroup(group, 'SIGKILL');
  return true;
}
