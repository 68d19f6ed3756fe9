import { mkdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Child, SpawnChild } from './process/child.ts';
import { spawnChild } from './process/child.ts';
import { freePort } from './process/free-port.ts';
import { stopLeftover } from './process/leftover.ts';
import { parentDeathPrefix } from './process/parent-death.ts';
import { findRedis } from './redis/binary.ts';
import { StackError } from './stack-error.ts';

export type RunningRedis = { url: string; port: number; child: Child; stop: () => Promise<void> };

export type RedisOptions = {
  /** Made when missing; the append-only file lies inside. */
  dataFolder: string;
  logFile: string;
  /** False keeps nothing; only for tests. */
  durable?: boolean;
  /** Further `redis.conf` words, each a pair of name and value. */
  settings?: readonly (readonly [string, string])[];
  spawn?: SpawnChild;
  /** Told before something is installed. */
  say?: (line: string) => void;
};

/** Loading a large append-only file takes a while; until then Redis answers LOADING. */
const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 10_000;
const ANSWER_TIMEOUT_MS = 1_000;
const POLL_MS = 15;
const PORT_TRIES = 5;

/**
 * Starts the embedded Redis on a free port of 127.0.0.1 and waits until it answers. The caller must be the only user
 * of `dataFolder`. After a SIGKILL at most the last second of writes is missing; a half-written end of the append-only
 * file is cut off. Errors: StackError.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  await mkdir(options.dataFolder, { recursive: true, mode: 0o700 });
  const program = await findRedis(join(options.dataFolder, 'bin'), options.say ?? (() => {}));
  const pidFile = join(options.dataFolder, 'redis.pid');
  // Redis does not lock its folder, so a server that outlived its supervisor would write to the same file as ours.
  await stopLeftover(Number(await readFile(pidFile, 'utf8').catch(() => '')), pidFile, 'SIGTERM', STOP_GRACE_MS);
  await rm(pidFile, { force: true });
  const prefix = await parentDeathPrefix('TERM');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const [command = '', ...args] = [...prefix, program, ...commandLine(options, port, pidFile)];
    const child = (options.spawn ?? spawnChild)({ command, args, logFile: options.logFile });
    if (await becomesReady(child, port)) {
      const stop = async (): Promise<void> => void (await child.stop({ signal: 'SIGTERM', graceMs: STOP_GRACE_MS }));
      return { url: `redis://127.0.0.1:${port}`, port, child, stop };
    }
    await child.stop({ signal: 'SIGTERM', graceMs: STOP_GRACE_MS });
    const log = (await child.lastLines(8)).join('\n');
    if (attempt < PORT_TRIES && /Address already in use|Failed listening/.test(log)) continue;
    throw new StackError(`Redis did not start:\n${log}`, {
      fix:
        `The whole log is ${options.logFile}. For a damaged append-only file run redis-check-aof --fix on the file the ` +
        'log names; another data folder (--data DIR) starts afresh.',
    });
  }
}

function commandLine(options: RedisOptions, port: number, pidFile: string): string[] {
  const durable = options.durable ?? true;
  const settings: (readonly [string, string])[] = [
    ['port', String(port)],
    ['bind', '127.0.0.1'],
    ['dir', options.dataFolder],
    ['pidfile', pidFile],
    // Keeps the pid file's path in the command line, by which a leftover server is recognised.
    ['set-proc-title', 'no'],
    ['appendonly', durable ? 'yes' : 'no'],
    ['appendfsync', 'everysec'],
    ['aof-load-truncated', 'yes'],
    // The append-only file is the one copy; snapshots would only cost forks.
    ['save', ''],
    // Evicting a key of a waiting line would lose a place without a trace.
    ['maxmemory-policy', 'noeviction'],
    ['daemonize', 'no'],
    ...(options.settings ?? []),
  ];
  return settings.flatMap(([name, value]) => [`--${name}`, value]);
}

async function becomesReady(child: Child, port: number): Promise<boolean> {
  const until = Date.now() + START_TIMEOUT_MS;
  while (!child.hasExited() && Date.now() < until) {
    const answer = await ask(port, 'INFO server\r\nPING\r\n');
    // Another server may have taken the port before ours could, so it must say our pid.
    if (answer.includes(`process_id:${child.pid}\r\n`) && answer.includes('+PONG')) return true;
    await pause(POLL_MS);
  }
  return false;
}

/** What a server says to inline commands within a moment, up to its answer to PING; empty when nobody answers. */
function ask(port: number, commands: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', timeout: ANSWER_TIMEOUT_MS }, () => socket.write(commands));
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      if (/^(\+PONG|-)/m.test(text)) socket.destroy();
    });
    socket.once('error', () => socket.destroy());
    socket.once('timeout', () => socket.destroy());
    socket.once('close', () => resolve(text));
  });
}
