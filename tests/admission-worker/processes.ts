import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startPostgres } from '../../local-stack/postgres.ts';
import { freePort } from '../../local-stack/process/free-port.ts';
import { findRedis } from '../../local-stack/redis/binary.ts';
import { mountSmallDisk, whyNoSmallDisk, type SmallDisk } from '../support/small-disk.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const START_TIMEOUT_MS = 30_000;

/** One admission worker as it runs in production: a process of its own, which ends with the test process. */
export type WorkerProcess = { signal(name: NodeJS.Signals): void; exited: Promise<number | null>; log(): string };

/** Starts a worker and waits until it says that it is ready. */
export async function startWorker(env: Record<string, string>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'admission-worker/main.ts')], {
    cwd: ROOT,
    env: { ...process.env, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => void (log += chunk.toString()));
  const exited = once(child, 'exit').then(() => child.exitCode);
  await Promise.race([once(child, 'message'), exited]);
  if (child.exitCode !== null) throw new Error(`the worker did not start:\n${log}`);
  return { signal: (name) => void child.kill(name), exited, log: () => log };
}

/** A Redis on one port that can be killed and come back, with what its last SAVE kept or with nothing. */
export type MortalRedis = {
  url: string;
  kill(): Promise<void>;
  /** Starts it again; `keep`: with its last SAVE. */
  start(keep: boolean): Promise<void>;
  dispose(): Promise<void>;
};

/** Starts it empty. */
export async function startMortalRedis(): Promise<MortalRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'onsale-mortal-redis-'));
  const program = await findRedis(join(folder, 'bin'), () => {});
  const port = await freePort();
  let child: ChildProcess | null = null;
  const url = `redis://127.0.0.1:${port}`;
  const start = async (keep: boolean) => {
    if (!keep) rmSync(join(folder, 'dump.rdb'), { force: true });
    const words = { port: String(port), bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
    const args = Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]);
    child = spawn(program, args, { stdio: 'ignore' });
    await answers(url);
  };
  const kill = async () => {
    if (child === null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    child = null;
  };
  await start(false);
  return {
    url,
    kill,
    start,
    async dispose() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  const probe = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  probe.on('error', () => {});
  const tooLate = sleep(START_TIMEOUT_MS, 'late');
  if ((await Promise.race([probe.ping(), tooLate])) !== 'PONG') throw new Error('Redis did not come up');
  probe.disconnect();
}

/** A Postgres that can be stopped as a whole, so that it neither answers nor refuses; its disk can be filled where it has its own. */
export type PausablePostgres = {
  url: string;
  disk: SmallDisk | null;
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
};

/** Starts it in a folder of its own; with `onSmallDisk`, on a small disk where one can be had. */
export async function startPausablePostgres({ onSmallDisk = false } = {}): Promise<PausablePostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'onsale-pausable-postgres-'));
  const hasDisk = onSmallDisk && (await whyNoSmallDisk()) === null;
  const disk = hasDisk ? await mountSmallDisk(join(folder, 'data')) : null;
  const log = join(folder, 'postgres.log');
  const server = await startPostgres({ dataFolder: join(folder, 'data'), logFile: log, durable: false });
  const signalAll = (name: NodeJS.Signals) => {
    // The postmaster first, so that it starts no process that would be missed; each has a group of its own.
    process.kill(server.child.pid, name);
    for (const pid of childrenOf(server.child.pid)) signalIfThere(pid, name);
  };
  return {
    url: server.url,
    disk,
    pause: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    async stop() {
      signalAll('SIGCONT');
      await server.stop();
      await disk?.unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A backend may end between being listed and being told. */
function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number {
  try {
    // "pid (name) state ppid …": the name may hold spaces, so the fields are counted from its end.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return 0;
  }
}
