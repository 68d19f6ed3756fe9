/**
 * The steps behind bin/test, which sets the machine up and then hands over: runs each, shows a failed one's output in full,
 * goes on after failures so that one run shows them all, and ends with the totals.
 *
 *   node --import tsx tests/runner/main.ts [--long] [--only STEP,STEP]
 */
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Outcome } from './outcome.ts';
import { outcomeOf } from './outcome.ts';
import { runProcess } from './run-process.ts';
import type { Step } from './steps.ts';
import { STEPS, selectSteps } from './steps.ts';

interface Done {
  readonly step: Step;
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly output: string;
}

async function runStep(step: Step, folder: string, stop: AbortSignal): Promise<Done> {
  const startedMs = Date.now();
  if (step.needs !== undefined && !existsSync(step.needs)) {
    const outcome = { passed: 0, failed: 0, skipped: 1, note: `there is no ${step.needs} yet` };
    return { step, outcome, seconds: 0, output: '' };
  }
  const reportFile = join(folder, `${step.name}.json`);
  const command =
    step.kind === 'vitest'
      ? [...step.command, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
      : step.command;
  // Everything temporary of a run lies in its own folder, so that runs side by side don't meet and nothing is left.
  const env = { ...process.env, TMPDIR: folder, ONSALE_TEST_RUN: '1', NO_COLOR: '1', FORCE_COLOR: undefined };
  const ended = await runProcess(command, { env, timeoutSeconds: step.timeoutSeconds, stop });
  const report = await readFile(reportFile, 'utf8').catch(() => undefined);
  const outcome = outcomeOf(step, { ...ended, report });
  return { step, outcome, seconds: (Date.now() - startedMs) / 1000, output: ended.output };
}

function wordFor({ failed, passed }: Outcome): string {
  if (failed > 0) return 'FAILED';
  return passed > 0 ? 'ok' : 'SKIPPED';
}

function summary(done: readonly Done[]): string {
  const lines = done.map(({ step, outcome, seconds }) => {
    const { passed, failed, skipped } = outcome;
    const counts = [passed, failed, skipped].map((count) => String(count).padStart(8)).join('');
    return `  ${step.name.padEnd(12)}${wordFor(outcome).padEnd(9)}${counts}${seconds.toFixed(1).padStart(9)} s`;
  });
  return [`  ${'step'.padEnd(12)}${''.padEnd(9)}  passed  failed skipped     time`, ...lines].join('\n');
}

async function runAndTell(step: Step, folder: string, stop: AbortSignal): Promise<Done> {
  console.log(`── ${step.name}: ${step.title}`);
  const result = await runStep(step, folder, stop);
  if (result.outcome.failed > 0) process.stdout.write(`${result.output.trimEnd()}\n`);
  console.log(`   ${step.name} ${wordFor(result.outcome)} in ${result.seconds.toFixed(1)} s  ${result.outcome.note}`);
  return result;
}

/** Steps in a row that may run beside others take both processors, the rest have the machine for themselves. */
async function runAll(steps: readonly Step[], folder: string, stop: AbortSignal): Promise<Done[]> {
  const waiting = [...steps];
  const done: Done[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting[0]; step?.besideOthers === true && !stop.aborted; step = waiting[0]) {
      waiting.shift();
      done.push(await runAndTell(step, folder, stop));
    }
  };
  while (waiting.length > 0 && !stop.aborted) {
    await Promise.all([work(), work()]);
    const alone = waiting.shift();
    if (alone !== undefined && !stop.aborted) done.push(await runAndTell(alone, folder, stop));
  }
  return steps.flatMap((step) => done.filter((one) => one.step === step));
}

function totals(done: readonly Done[]): Outcome {
  const sum = (key: 'passed' | 'failed' | 'skipped'): number =>
    done.reduce((total, { outcome }) => total + outcome[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), note: '' };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { long: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
  });
  const selection = selectSteps({ long: values.long, only: values.only.split(',').filter((name) => name !== '') });
  if (!selection.ok) {
    console.error(`unknown step: ${selection.unknown.join(', ')}. Steps: ${STEPS.map((step) => step.name).join(', ')}`);
    return 2;
  }
  const stop = new AbortController();
  let signalled: NodeJS.Signals | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    signalled ??= signal;
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const folder = await mkdtemp(join(tmpdir(), 'onsale-test-'));
  // Postgres may run as another user than ours, who must be able to reach its data folder in here.
  await chmod(folder, 0o755);
  try {
    const done = await runAll(selection.steps, folder, stop.signal);
    const { passed, failed, skipped } = totals(done);
    console.log(`\n${summary(done)}\n\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    if (signalled !== undefined) return signalled === 'SIGINT' ? 130 : 143;
    return failed > 0 || passed === 0 ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

process.exitCode = await main();
