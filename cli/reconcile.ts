import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { reconciliationReportSchema } from '../contracts/reconciliation.ts';
import { CommandError } from './command-error.ts';

export type ReconcileRequest = {
  /** Where the operator calls are: the edge's origin with `/api/core`, or core itself. */
  baseUrl: string;
  operatorToken: string;
  /** Null: every performance on sale, and the money. */
  performanceId: string | null;
  /** How long to wait for the report, ms. */
  waitMs: number;
};

/** How often the report is asked for, ms. */
const POLL_MS = 500;
const askedSchema = v.object({ id: v.string() });

/**
 * Asks core for a comparison, waits for it, and returns the report and whether nothing is left for a person. Errors: CommandError for
 * a refusal and for a comparison that failed or is not done in time (it goes on without us).
 */
export async function reconcile(request: ReconcileRequest): Promise<{ report: object; clean: boolean }> {
  const body = request.performanceId === null ? {} : { performanceId: request.performanceId };
  const { id } = v.parse(askedSchema, await ask(request, 'POST', '', body));
  for (let waitedMs = 0; waitedMs <= request.waitMs; waitedMs += POLL_MS) {
    await sleep(POLL_MS);
    const answer = await ask(request, 'GET', `/${id}`);
    const { state, summary } = v.parse(reconciliationReportSchema, answer);
    if (state === 'finished') return { report: v.parse(v.looseObject({}), answer), clean: summary?.left === 0 };
    if (state === 'failed') break;
  }
  throw new CommandError(`The comparison ${id} is not done.`, {
    fix: `Look at GET operator/reconciliations/${id} later: core goes on with it, and tells there why it could not.`,
  });
}

async function ask(request: ReconcileRequest, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  const url = `${request.baseUrl.replace(/\/$/, '')}/v1/operator/reconciliations${path}`;
  const headers = {
    authorization: `Bearer ${request.operatorToken}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(url, init).catch((cause: unknown) => {
    throw new CommandError('Core does not answer.', { fix: 'Check --core and that core runs.', cause });
  });
  const parsed: unknown = await answer.json().catch(() => null);
  if (answer.ok) return parsed;
  const problem = v.safeParse(v.object({ detail: v.string() }), parsed);
  throw new CommandError(
    `Core answered ${answer.status}: ${problem.success ? problem.output.detail : 'no reason given'}`,
    {
      fix: 'The token must be an operator’s and not older than its hours; the performance must exist.',
    },
  );
}
