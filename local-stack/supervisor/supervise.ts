import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Child, Exit } from '../process/child.ts';
import { readableLogLine } from '../process/readable-log.ts';
import type { Guard } from './guard-link.ts';
import type { Part, StartedPart } from './part.ts';
import { askToEnd, trackProcesses } from './processes.ts';
import type { Processes } from './processes.ts';
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
 * Nothing is restarted. Another signal a second or more after the first kills everything at once: exit 1.
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
  /** How long a part may take to end before it is killed. */
  stopGraceMs?: number;
};

type Running = { part: Part; started: StartedPart };
type End = { kind: 'signal'; name: string } | { kind: 'failure'; message: string; fix?: string };

/** Longer than a service's own patience with what it has accepted (platform/service.ts). */
const STOP_GRACE_MS = 10_000;
/** How long a step that was on its way when the stop began (an installation, a migration) is waited for. */
const STEP_GRACE_MS = 10_000;
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm or `timeout`. */
const SECOND_SIGNAL_MS = 1_000;
const LAST_LINES = 12;

/** Runs a stack from its start to its end; resolves with the exit code when no process of it is left. */
export async function supervise(options: SupervisorOptions): Promise<0 | 1> {
  const { terminal, guard } = options;
  const graceMs = options.stopGraceMs ?? STOP_GRACE_MS;
  const processes = trackProcesses(guard, graceMs);
  const running: Running[] = [];
  let stopping = false;
  let end = (_: End): void => {};
  const ended = new Promise<End>((resolve) => {
    end = resolve;
  });
  let signalledAt: number | undefined;
  const onSignal = (name: string): void => {
    signalledAt ??= Date.now();
    if (Date.now() - signalledAt >= SECOND_SIGNAL_MS) killEverything(processes, terminal);
    end({ kind: 'signal', name });
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) options.signals.on(name, () => onSignal(name));
  void guard.exited.then((exit) => end({ kind: 'failure', message: `the guard process ended (${describe(exit)})` }));

  const logs = openLogs(options);
  const startOne = async (part: Part): Promise<StartedPart> => {
    const began = Date.now();
    const logFile = logs.fileOf(part);
    const started = await part
      .start({
        logFile,
        say: (line) => terminal.part(part.name, '…', line),
        spawn: (command) => processes.spawn(part, { ...command, logFile }),
      })
      .catch((error: unknown) => {
        end({ kind: 'failure', ...explain(error, `${part.name} did not start: `) });
        throw error;
      });
    running.push({ part, started });
    if (!stopping) {
      terminal.part(part.name, 'ready', lineOf(started, Date.now() - began));
      if (started.block !== undefined) terminal.block(started.block);
    }
    if (started.child !== undefined) void deathOf(part, started.child).then((death) => death && end(death));
    if (part.mayFinish === true)
      void started.child?.exited.then((exit) => stopping || terminal.part(part.name, 'finished', describe(exit)));
    return started;
  };
  const start = startInOrder(options.parts, startOne);
  start.catch((error: unknown) => end({ kind: 'failure', ...explain(error) }));

  const why = await ended;
  stopping = true;
  if (why.kind === 'failure') terminal.problem(why.message, why.fix);
  terminal.part('stack', 'stopping', why.kind === 'signal' ? why.name : '');
  await options.onStop();
  processes.close();
  await stopInReverse(running, terminal, graceMs);
  await processes.stopAll();
  await Promise.race([start.catch(() => {}), pause(STEP_GRACE_MS, undefined, { ref: false })]);
  logs.close();
  guard.release();
  terminal.part('stack', 'stopped');
  return why.kind === 'signal' ? 0 : 1;
}

async function stopInReverse(running: readonly Running[], terminal: Terminal, graceMs: number): Promise<void> {
  for (const { part, started } of running.toReversed()) {
    try {
      if (started.stop !== undefined) await started.stop();
      else if (started.child !== undefined) await askToEnd(part, started.child, graceMs);
    } catch (error) {
      terminal.part(part.name, 'unclean', explain(error).message);
    }
  }
}

function killEverything(processes: Processes, terminal: Terminal): never {
  processes.killAll();
  terminal.part('stack', 'killed', 'by a second signal');
  process.exit(1);
}

/** Resolves when a part's process has ended; undefined when that is its good right. */
async function deathOf(part: Part, child: Child): Promise<End | undefined> {
  const exit = await child.exited;
  if (part.mayFinish === true) return undefined;
  const lines = (await child.lastLines(LAST_LINES)).map((line) => `  ${readableLogLine(line)}`);
  const said = lines.length === 0 ? '' : `; it last said:\n${lines.join('\n')}`;
  return { kind: 'failure', message: `${part.name} ended (${describe(exit)})${said}` };
}

function describe({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

function lineOf({ address, note }: StartedPart, ms: number): string {
  return [address, note === undefined ? undefined : `(${note})`, `${ms} ms`]
    .filter((word) => word !== undefined)
    .join(' ');
}

/** The parts' log files of this start; those of the start before are kept beside them. */
function openLogs(options: SupervisorOptions): { fileOf: (part: Part) => string; close: () => void } {
  mkdirSync(options.logFolder, { recursive: true, mode: 0o700 });
  const unfollow: (() => void)[] = [];
  return {
    fileOf: ({ name, printsLog }) => {
      const file = join(options.logFolder, `${name}.log`);
      try {
        renameSync(file, `${file}.1`);
      } catch {
        // There is none before the first start.
      }
      if (options.verbose || printsLog === true) unfollow.push(followLog(file, name, process.stdout));
      return file;
    },
    close: () => {
      for (const stop of unfollow) stop();
    },
  };
}
