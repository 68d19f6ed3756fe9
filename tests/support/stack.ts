import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { readyFileSchema, type ReadyFile } from '../../contracts/ready-file.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** A first start may have to install packages and servers. */
const READY_TIMEOUT_MS = 180_000;

export type Stack = {
  ready: ReadyFile;
  /** The supervisor's process. */
  process: ChildProcess;
  dataDir: string;
  /** Everything it has printed so far. */
  output(): string;
  /** Ends it with a signal and waits for its exit; returns the exit code, null after SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
};

/** Starts `bin/dev` as a newcomer would, on a data folder and ports of its own, and waits for its ready file. */
export async function startStack(
  options: { args?: string[]; dataDir?: string; env?: Record<string, string> } = {},
): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'onsale-stack-'));
  const dataDir = options.dataDir ?? join(folder, 'data');
  const readyFile = join(folder, 'ready.json');
  const args = ['--data', dataDir, '--ready-file', readyFile, ...(options.args ?? [])];
  const child = spawn(join(ROOT, 'bin/dev'), args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = once(child, 'exit');
  const until = Date.now() + READY_TIMEOUT_MS;
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`bin/dev ended before it was ready:\n${output}`);
    if (Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`bin/dev was not ready in time:\n${output}`);
    }
    await sleep(100);
  }
  if ((statSync(readyFile).mode & 0o777) !== 0o600) throw new Error('the ready file holds secrets and must be 0600');
  const ready = v.parse(readyFileSchema, JSON.parse(readFileSync(readyFile, 'utf8')));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    ready,
    process: child,
    dataDir,
    stop,
    output: () => output,
    async dispose() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
