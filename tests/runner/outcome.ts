import * as v from 'valibot';
import type { Step } from './steps.ts';

/** What a step added to the totals, and a line on what it looked at or why it did not count. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly note: string;
}

/** How a step's process ended. `report` is the text of vitest's JSON report, undefined when none was written. */
export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  readonly report?: string | undefined;
  /** Set when the process did not end by itself, or left others behind: it then failed, whatever it printed. */
  readonly trouble?: string | undefined;
}

const VitestReport = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  numTodoTests: v.number(),
  testResults: v.array(v.object({ status: v.string(), assertionResults: v.array(v.unknown()) })),
});

const AuditReport = v.object({
  metadata: v.object({ vulnerabilities: v.object({ high: v.number(), critical: v.number() }) }),
});

/** Reads a finished step. Never counts as passed what did not run. */
export function outcomeOf(step: Step, ended: Ended): Outcome {
  if (step.kind === 'vitest') return vitestOutcome(ended);
  if (ended.trouble !== undefined) return failed(ended.trouble);
  return step.kind === 'audit' ? auditOutcome(ended) : checkOutcome(step, ended);
}

function failed(note: string): Outcome {
  return { passed: 0, failed: 1, skipped: 0, note };
}

function checkOutcome(step: Step, { exitCode, output }: Ended): Outcome {
  if (exitCode !== 0) return failed(`exit ${exitCode ?? 'by a signal'}`);
  if (step.looked !== undefined && !step.looked.test(output))
    return failed('it did not say that it looked at anything');
  return { passed: 1, failed: 0, skipped: 0, note: lastLine(output) };
}

function vitestOutcome({ exitCode, report, trouble }: Ended): Outcome {
  const parsed = v.safeParse(VitestReport, parseJson(report ?? ''));
  if (!parsed.success) return failed(trouble ?? 'no test ran');
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.output;
  // A file that fails while it loads has no tests to count, and an unhandled error belongs to none: they count as one each.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const counted = numFailedTests + brokenFiles.length;
  const unexplained = counted === 0 && (exitCode !== 0 || numPassedTests === 0 || trouble !== undefined) ? 1 : 0;
  return {
    passed: numPassedTests,
    failed: counted + unexplained,
    skipped: numPendingTests + numTodoTests,
    note: trouble ?? (unexplained > 0 ? `exit ${exitCode ?? 'by a signal'}` : `${testResults.length} files`),
  };
}

function auditOutcome({ output }: Ended): Outcome {
  const parsed = v.safeParse(AuditReport, parseJson(output.slice(output.indexOf('{'))));
  // Without a report nobody was asked: the registry refused or the machine is offline.
  if (!parsed.success) return { passed: 0, failed: 0, skipped: 1, note: 'the registry gave no audit report' };
  const { high, critical } = parsed.output.metadata.vulnerabilities;
  if (high + critical > 0) return failed(`${high} high, ${critical} critical`);
  return { passed: 1, failed: 0, skipped: 0, note: 'none high or critical' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Half a report (the process was killed while writing) is no report.
    return undefined;
  }
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}
