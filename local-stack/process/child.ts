import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readLastLines } from './last-lines.ts';

/** How a child ended; exactly one of the two is set, except after a failed spawn, where `code` is 127. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type ChildCommand = {
  command: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Numeric user and group to run as; only root may change them. */
  uid?: number;
  gid?: number;
  /** Where stdout and stderr go, appended. */
  logFile: string;
  /** Opens an IPC channel: a Node child exits by itself when its parent is gone. */
  ipc?: boolean;
};

export type Child = {
  pid: number;
  /** Resolves, never rejects. */
  exited: Promise<Exit>;
  hasExited: () => boolean;
  /** Messages of the IPC channel. */
  onMessage: (listener: (message: unknown) => void) => void;
  /** Sends a signal to the child alone; false when it is gone. */
  signal: (name: NodeJS.Signals) => boolean;
  /** Sends a signal to the child's whole process group; false when the group is empty. */
  signalGroup: (name: NodeJS.Signals) => boolean;
  /** Asks with a signal, waits, then kills the group; resolves when the child is gone and its group is empty. */
  stop: (options: { signal: NodeJS.Signals; graceMs: number }) => Promise<Exit>;
  /** The end of what it wrote, for the message that names its death. */
  lastLines: (count: number) => Promise<string[]>;
};

export type SpawnChild = (command: ChildCommand) => Child;

/**
 * Starts a process as the leader of its own group, so that a terminal's Ctrl-C reaches only the supervisor, and so
 * that grandchildren (workerd) can be reached by a signal to the group. Output goes straight to a file: a pipe would
 * break when the supervisor is killed, and costs it work.
 */
export const spawnChild: SpawnChild = (command) => {
  const log = openSync(command.logFile, 'a', 0o600);
  const child = spawn(command.command, [...(command.args ?? [])], {
    env: command.env ?? process.env,
    detached: true,
    stdio: command.ipc === true ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.uid === undefined ? {} : { uid: command.uid }),
    ...(command.gid === undefined ? {} : { gid: command.gid }),
  });
  closeSync(log);
  return controlOf(child, command);
};

function controlOf(child: ChildProcess, command: ChildCommand): Child {
  const pid = child.pid ?? 0;
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    const settle = (value: Exit): void => {
      exit ??= value;
      resolve(exit);
    };
    child.once('exit', (code, signal) => settle({ code, signal }));
    child.once('error', () => settle({ code: 127, signal: null }));
  });
  const signalGroup = (name: NodeJS.Signals): boolean => pid > 0 && sendSignal(-pid, name);
  return {
    pid,
    exited,
    hasExited: () => exit !== undefined,
    onMessage: (listener) => void child.on('message', listener),
    signal: (name) => pid > 0 && exit === undefined && sendSignal(pid, name),
    signalGroup,
    stop: async ({ signal, graceMs }) => {
      if (pid > 0 && exit === undefined) sendSignal(pid, signal);
      await Promise.race([exited, delay(graceMs)]);
      signalGroup('SIGKILL');
      return exited;
    },
    lastLines: (count) => readLastLines(command.logFile, count),
  };
}

function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    // ESRCH: it is gone, which is what every sender of a signal here wants in the end.
    return false;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
