import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { readableLogLine } from '../process/readable-log.ts';
import { StackError } from '../stack-error.ts';
import type { Child, Exit } from '../process/child.ts';
import { spawnChild } from '../process/child.ts';
import type { Guard } from './guard-link.ts';
import type { Part, PartContext, StartedPart } from './part.ts';
import { startInOrder } from './start-parts.ts';
import { explain, followLog } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/**
 * The life of a stack:
 *
 *   starting ──all parts answer──► running ──signal──────────────────► stopping ──► exit 0
 *      ├─signal─────────────────────────────────────────────────────────► stopping ──► exit 0
 *      └─a part does not start, or dies; the guard dies (running too)───► stopping ──► exit 1
 *
 * Nothing is restarted. A second signal while stopping kills everything at once: exit 1.
 */
export type SupervisorOptions = {
  parts: readonly Part[];
  guard: Guard;
  terminal: Terminal;
  logFolder: string;
  verbose: boolean;
  /** Runs first when the stack begins to stop, for whatever reason. */
  onStop: () => Promise<void>;
  /** Emits SIGINT, SIGTERM and SIGHUP; the process, except in tests. */
  signals: Pick<NodeJS.EventEmitter, 'on'>;
};

type Running = { part: Part; started: StartedPart };
type Spawned = { part: Part; child: Child };
type End = { kind: 'signal'; name: string } | { kind: 'failure'; message: string; fix?: string };

/** Longer than a service's own patience with what it has accepted (platform/service.ts). */
const STOP_GRACE_MS = 10_000;
const LAST_LINES = 12;

/** Runs a stack from its start to its end; resolves with the exit code when no process of it is left. */
export async function supervise(options: SupervisorOptions): Promise<0 | 1> {
  const { terminal, guard, parts } = options;
  const running: Running[] = [];
  const spawned: Spawned[] = [];
  const stopFollowing: (() => void)[] = [];
  let stopping = false;
  let end = (_: End): void => {};
  const ended = new Promise<End>((resolve) => {
    end = resolve;
  });
  mkdirSync(options.logFolder, { recursive: true, mode: 0o700 });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    options.signals.on(name, () => {
      if (stopping) killAll(spawned, terminal);
      end({ kind: 'signal', name });
    });
  }
  void guard.exited.then((exit) => end({ kind: 'failure', message: `the guard process ended (${describe(exit)})` }));

  const contextOf = (part: Part): PartContext => {
    const logFile = freshLog(options.logFolder, part.name);
    if (options.verbose) stopFollowing.push(followLog(logFile, part.name, process.stdout));
    return {
      logFile,
      say: (line) => terminal.part(part.name, '…', line),
      spawn: (command) => {
        // A part may come to its spawning only after the stop began; a process started now would be nobody's.
        if (stopping) throw new StackError(`${part.name} was not started: the stack is stopping`);
        const child = spawnChild({ ...command, logFile });
        spawned.push({ part, child });
        guard.watch(child.pid, part.stopSignal ?? 'SIGTERM');
        void child.exited.then(() => guard.forget(child.pid));
        return child;
      },
    };
  };
  const watchForDeath = async (part: Part, child: Child): Promise<void> => {
    const exit = await child.exited;
    if (stopping) return;
    if (part.mayFinish === true && exit.code === 0) return terminal.part(part.name, 'finished');
    end({ kind: 'failure', message: await obituary(part, child, exit) });
  };
  const startOne = async (part: Part): Promise<StartedPart> => {
    const began = Date.now();
    const started = await part.start(contextOf(part)).catch((error: unknown) => {
      const { message, fix } = explain(error);
      end({
        kind: 'failure',
        message: `${part.name} did not start: ${message}`,
        ...(fix === undefined ? {} : { fix }),
      });
      throw error;
    });
    running.push({ part, started });
    const words = [
      started.address,
      started.note === undefined ? undefined : `(${started.note})`,
      `${Date.now() - began} ms`,
    ];
    if (!stopping) terminal.part(part.name, 'ready', words.filter((word) => word !== undefined).join(' '));
    if (started.child !== undefined) void watchForDeath(part, started.child);
    return started;
  };

  const start = startInOrder(parts, startOne);
  start.catch((error: unknown) => end({ kind: 'failure', ...explain(error) }));

  const why = await ended;
  stopping = true;
  if (why.kind === 'failure') terminal.problem(why.message, why.fix);
  terminal.part('stack', 'stopping', why.kind === 'signal' ? why.name : '');
  await options.onStop();
  await stopAll(running, spawned, terminal);
  // A step that was on its way (an installation, a migration) is waited for rather than cut off.
  await Promise.race([start.catch(() => {}), pause(STOP_GRACE_MS)]);
  await stopAll([], spawned, terminal);
  for (const stop of stopFollowing) stop();
  guard.release();
  terminal.part('stack', 'stopped');
  return why.kind === 'signal' ? 0 : 1;
}

/** Stops what runs in reverse order of its start, then whatever was still on its way up. */
async function stopAll(running: readonly Running[], spawned: readonly Spawned[], terminal: Terminal): Promise<void> {
  for (const { part, started } of running.toReversed()) {
    const stop = started.stop ?? (() => askToEnd(part, started.child));
    await stop().catch((error: unknown) => terminal.part(part.name, 'unclean', explain(error).message));
  }
  await Promise.all(spawned.map(({ part, child }) => askToEnd(part, child)));
}

async function askToEnd(part: Part, child: Child | undefined): Promise<void> {
  await child?.stop({ signal: part.stopSignal ?? 'SIGTERM', graceMs: STOP_GRACE_MS });
}

function killAll(spawned: readonly Spawned[], terminal: Terminal): never {
  for (const { child } of spawned) child.signalGroup('SIGKILL');
  terminal.part('stack', 'killed', 'by a second signal');
  process.exit(1);
}

async function obituary(part: Part, child: Child, exit: Exit): Promise<string> {
  const lines = await child.lastLines(LAST_LINES);
  const said =
    lines.length === 0 ? '' : `; it last said:\n${lines.map((line) => `  ${readableLogLine(line)}`).join('\n')}`;
  return `${part.name} ended (${describe(exit)})${said}`;
}

function describe({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

/** The part's log of this start; the one before is kept beside it. */
function freshLog(folder: string, name: string): string {
  const file = join(folder, `${name}.log`);
  try {
    renameSync(file, `${file}.1`);
  } catch {
    // There is none before the first start.
  }
  return file;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
