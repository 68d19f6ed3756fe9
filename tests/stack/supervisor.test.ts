import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { portAnswers } from '../../local-stack/process/free-port.ts';

const reportSchema = v.object({
  supervisor: v.number(),
  guard: v.number(),
  children: v.record(v.string(), v.number()),
});
const addressSchema = v.object({ port: v.number(), grandchild: v.number() });

type Stack = {
  process: ChildProcess;
  exited: Promise<number | null>;
  output: () => string;
  report: v.InferOutput<typeof reportSchema>;
  pids: number[];
  ports: number[];
};

const FIXTURE = join(import.meta.dirname, 'fake-supervisor.fixture.ts');

describe('supervisor', () => {
  let folder = '';
  let guardScript = '';
  let started: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onsale-supervisor-'));
    guardScript = join(folder, 'guard.mjs');
    const source = join(import.meta.dirname, '../../local-stack/supervisor/guard.ts');
    await build({ entryPoints: [source], outfile: guardScript, bundle: true, platform: 'node', format: 'esm' });
  });

  afterEach(() => {
    // After a failed test; the guard ends the rest.
    started?.kill('SIGKILL');
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Starts the made-up stack and waits until it reports its pids. */
  const start = async (graceMs = 500): Promise<Stack> => {
    const child = spawn(process.execPath, ['--import', 'tsx', FIXTURE, folder, guardScript, String(graceMs)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started = child;
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
    const exited = new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    });
    await expect.poll(() => text, { timeout: 20_000 }).toMatch(/^report +ready.*\}\)/m);
    const report = v.parse(reportSchema, JSON.parse(/\((\{"supervisor.*\})\)/.exec(text)?.[1] ?? ''));
    const addresses = [...text.matchAll(/^\w+ +ready +(\{"port.*?\})/gm)].map(([, json = '']) =>
      v.parse(addressSchema, JSON.parse(json)),
    );
    const pids = [
      report.supervisor,
      report.guard,
      ...Object.values(report.children),
      ...addresses.map((a) => a.grandchild),
    ];
    return { process: child, exited, output: () => text, report, pids, ports: addresses.map((a) => a.port) };
  };

  const expectNothingLeft = async ({ pids, ports }: Stack): Promise<void> => {
    expect(pids).toHaveLength(8);
    await expect.poll(() => pids.filter(isAlive), { timeout: 8_000 }).toEqual([]);
    // A killed process counts as dead with its first thread; its sockets close with the last.
    const answering = () => Promise.all(ports.map(portAnswers));
    await expect.poll(answering, { timeout: 8_000 }).toEqual([false, false, false]);
  };

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('stops everything on %s and exits with 0', async (signal) => {
    const stack = await start();
    stack.process.kill(signal);
    expect(await stack.exited).toBe(0);
    await expectNothingLeft(stack);
  });

  it('names a part that dies, with its signal, stops everything and exits with 1', async () => {
    const stack = await start();
    process.kill(stack.report.children['two'] ?? 0, 'SIGKILL');
    expect(await stack.exited).toBe(1);
    expect(stack.output()).toMatch(/two ended \(signal SIGKILL\)/);
    await expectNothingLeft(stack);
  });

  it('leaves nothing when it is killed itself', async () => {
    const stack = await start();
    stack.process.kill('SIGKILL');
    await expectNothingLeft(stack);
  });

  it('leaves nothing when its whole process group is killed', async () => {
    const stack = await start();
    process.kill(-stack.report.supervisor, 'SIGKILL');
    await expectNothingLeft(stack);
  });

  it('stops everything when its guard is killed, since it could no longer keep its promise', async () => {
    const stack = await start();
    process.kill(stack.report.guard, 'SIGKILL');
    expect(await stack.exited).toBe(1);
    expect(stack.output()).toMatch(/guard process ended/);
    await expectNothingLeft(stack);
  });

  it('takes a signal that arrives twice for one, and kills what is left on one that comes later', async () => {
    const stack = await start(20_000);
    stack.process.kill('SIGINT');
    stack.process.kill('SIGINT');
    await new Promise((resolve) => {
      setTimeout(resolve, 1_100);
    });
    expect(isAlive(stack.report.children['three'] ?? 0)).toBe(true);
    stack.process.kill('SIGINT');
    expect(await stack.exited).toBe(1);
    expect(stack.output()).toMatch(/killed +by a second signal/);
    await expectNothingLeft(stack);
  });
});

function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  // A dead process whose parent has not asked for it yet (a zombie) holds nothing.
  return existsSync(file) && !/\) Z /.test(readFileSync(file, 'utf8'));
}
