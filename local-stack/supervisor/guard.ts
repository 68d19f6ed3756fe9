/**
 * The guard: a process in a session of its own that outlives a killed supervisor just long enough to end its parts.
 * It reads lines from the supervisor, `+<process group> <signal>` and `-<process group>`; the end of the pipe means
 * that the supervisor is gone, however that came. Then it asks the groups to end in reverse order, and kills what is left.
 */
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** How long the groups may take to end; the one argument, in ms. */
const GRACE_MS = Number(process.argv[2] ?? 6_000);
const POLL_MS = 50;

const groups = new Map<number, NodeJS.Signals>();

// It must end after the supervisor, so signals meant for the whole session pass it by.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [word = '', signal] = line.split(' ');
    const group = Number(word.slice(1));
    if (!Number.isInteger(group) || group <= 1) return;
    if (word.startsWith('+')) groups.set(group, signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    else groups.delete(group);
  })
  .on('close', () => void endAll());

async function endAll(): Promise<void> {
  const until = Date.now() + GRACE_MS;
  for (const [group, signal] of [...groups].toReversed()) send(group, signal);
  while (groups.size > 0 && Date.now() < until) {
    for (const group of groups.keys()) if (!send(group, 0)) groups.delete(group);
    await pause(POLL_MS);
  }
  for (const group of groups.keys()) send(group, 'SIGKILL');
  process.exit(0);
}

function send(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    // The group is empty.
    return false;
  }
}
