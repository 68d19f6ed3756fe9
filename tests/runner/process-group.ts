import { readFileSync, readdirSync } from 'node:fs';

/** Sends a signal to a process group; answers whether anyone was there to hear it. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    // ESRCH: the group is gone, which is what a signal is for.
    return false;
  }
}

/**
 * Whether a process of the group still runs. Where there is a /proc, the dead that nobody has buried yet don't count: in
 * a container whose first process reaps slowly or never, they would stay for ever.
 */
export function groupRuns(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  const processes = listProcesses();
  return processes === undefined || processes.some((found) => found.group === group && !'ZX'.includes(found.state));
}

function listProcesses(): { group: number; state: string }[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => statOf(name));
  } catch {
    // No /proc: not Linux.
    return undefined;
  }
}

/** `pid (name) state parent group …`; the name may itself hold blanks and brackets. */
function statOf(name: string): { group: number; state: string }[] {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const [state = '', , group = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ state, group: Number(group) }];
  } catch {
    // It ended between the listing and the reading.
    return [];
  }
}
