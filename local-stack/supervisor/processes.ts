import type { Child, ChildCommand } from '../process/child.ts';
import { spawnChild } from '../process/child.ts';
import { StackError } from '../stack-error.ts';
import type { Guard } from './guard-link.ts';
import type { Part } from './part.ts';

/** Every process that the supervisor started, in the order of their start. */
export type Processes = {
  spawn: (part: Part, command: ChildCommand) => Child;
  /** From now on nothing can be spawned: a process started while the stack stops would be nobody's. */
  close: () => void;
  /** Asks all that still run to end, each by its part's signal, and kills what does not in time. */
  stopAll: () => Promise<void>;
  killAll: () => void;
};

/** Keeps the list of processes, and keeps the guard's in step with it. `graceMs` is how long each may take to end. */
export function trackProcesses(guard: Guard, graceMs: number): Processes {
  const spawned: { part: Part; child: Child }[] = [];
  let closed = false;
  return {
    spawn: (part, command) => {
      if (closed) throw new StackError(`${part.name} was not started: the stack is stopping`);
      const child = spawnChild(command);
      spawned.push({ part, child });
      guard.watch(child.pid, part.stopSignal ?? 'SIGTERM');
      void child.exited.then(() => {
        // What it started itself (workerd) must not outlive it.
        child.signalGroup('SIGKILL');
        guard.forget(child.pid);
      });
      return child;
    },
    close: () => {
      closed = true;
    },
    stopAll: async () => {
      await Promise.all(spawned.map(({ part, child }) => askToEnd(part, child, graceMs)));
    },
    killAll: () => {
      for (const { child } of spawned) child.signalGroup('SIGKILL');
    },
  };
}

/** The usual way to stop a part's process. */
export async function askToEnd(part: Part, child: Child, graceMs: number): Promise<void> {
  await child.stop({ signal: part.stopSignal ?? 'SIGTERM', graceMs });
}
