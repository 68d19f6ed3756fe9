import { describe, expect, test } from 'vitest';
import type { Step } from './steps.ts';
import { outcomeOf } from './outcome.ts';
import { STEPS, selectSteps } from './steps.ts';

const step = (kind: Step['kind'], looked?: RegExp): Step => ({
  name: 'x',
  title: 'x',
  kind,
  command: [],
  timeoutSeconds: 1,
  ...(looked === undefined ? {} : { looked }),
});

const report = (
  passed: number,
  failed: number,
  files: readonly unknown[] = [{ status: 'passed', assertionResults: [{}] }],
): string =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: files,
  });

describe('a check', () => {
  test('passes when it exits with 0 and says what it looked at', () => {
    const ended = { exitCode: 0, output: 'lint: on 12 files\n' };
    expect(outcomeOf(step('check', /on [1-9]\d* files/), ended)).toMatchObject({
      passed: 1,
      failed: 0,
      note: 'lint: on 12 files',
    });
  });

  test('fails when it looked at nothing, although it exits with 0', () => {
    expect(outcomeOf(step('check', /on [1-9]\d* files/), { exitCode: 0, output: 'on 0 files' })).toMatchObject({
      passed: 0,
      failed: 1,
    });
  });

  test('fails when it left processes behind', () => {
    expect(outcomeOf(step('check'), { exitCode: 0, output: '', trouble: 'left' })).toMatchObject({
      failed: 1,
      note: 'left',
    });
  });
});

describe('a vitest run', () => {
  test('counts passed, failed and skipped tests', () => {
    const ended = { exitCode: 1, output: '', report: report(4, 2) };
    expect(outcomeOf(step('vitest'), ended)).toMatchObject({ passed: 4, failed: 2, skipped: 1 });
  });

  test('counts a file that could not be loaded as failed', () => {
    const files = [{ status: 'failed', assertionResults: [] }];
    expect(outcomeOf(step('vitest'), { exitCode: 1, output: '', report: report(4, 0, files) })).toMatchObject({
      passed: 4,
      failed: 1,
    });
  });

  test('fails on an unhandled error although every test passed', () => {
    expect(outcomeOf(step('vitest'), { exitCode: 1, output: '', report: report(4, 0) })).toMatchObject({
      passed: 4,
      failed: 1,
    });
  });

  test('fails without a report, and when no test ran', () => {
    expect(outcomeOf(step('vitest'), { exitCode: 0, output: '' })).toMatchObject({ passed: 0, failed: 1 });
    expect(outcomeOf(step('vitest'), { exitCode: 0, output: '', report: report(0, 0) })).toMatchObject({
      passed: 0,
      failed: 1,
    });
  });
});

describe('the audit', () => {
  const audit = (high: number): string => JSON.stringify({ metadata: { vulnerabilities: { high, critical: 0 } } });

  test('is skipped, not passed, when the registry refuses', () => {
    const ended = { exitCode: 1, output: '{"error":{"code":"ENOAUDIT"}}' };
    expect(outcomeOf(step('audit'), ended)).toMatchObject({ passed: 0, failed: 0, skipped: 1 });
  });

  test('fails on a serious hole and passes without one', () => {
    expect(outcomeOf(step('audit'), { exitCode: 1, output: audit(1) })).toMatchObject({ passed: 0, failed: 1 });
    expect(outcomeOf(step('audit'), { exitCode: 0, output: audit(0) })).toMatchObject({ passed: 1, failed: 0 });
  });
});

describe('the choice of steps', () => {
  test('leaves long runs to --long', () => {
    const names = (long: boolean): string[] => {
      const selection = selectSteps({ long, only: [] });
      return selection.ok ? selection.steps.map((chosen) => chosen.name) : [];
    };
    expect(names(false)).not.toContain('long');
    expect(names(true)).toEqual(STEPS.map((chosen) => chosen.name));
  });

  test('names what it does not know', () => {
    expect(selectSteps({ long: false, only: ['lint', 'lnit'] })).toEqual({ ok: false, unknown: ['lnit'] });
  });
});
