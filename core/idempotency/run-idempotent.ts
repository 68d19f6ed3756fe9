import * as v from 'valibot';
import type { Transaction } from '../../db/connect.ts';
import { lockKey } from '../../db/queries/idempotency.ts';
import type { CoreDeps } from '../deps.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { send, type HttpAnswer } from '../http/answer.ts';
import type { CoreContext } from '../http/context.ts';
import { whileProgressing, type Turn } from '../http/while-progressing.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { findAnswer, keepAnswer, type Answer, type KeyedRequest } from './stored-answer.ts';

/**
 * Does the work of a POST once per (caller, key), in one transaction with the record of its answer; a repeat gets that answer. A
 * request that comes while the first is under way waits for it. A 409 that `work` throws, before
 * it wrote anything, is an answer too: were it judged anew, a repeated cancel could cancel what was paid in between. All else that
 * it throws is not stored. `stalledAfterMs` as of `whileProgressing`.
 */
export async function runIdempotent(
  deps: Pick<CoreDeps, 'sql'>,
  request: KeyedRequest,
  work: (tx: Transaction) => Promise<{ status: number; body: object }>,
  stalledAfterMs?: number,
): Promise<Answer> {
  const once = async (tx: Transaction): Promise<Answer> => {
    await lockKey(tx, request.caller, request.key);
    const before = await findAnswer(tx, request);
    if (before !== null) return before;
    const { status, body } = await orRefusal(() => work(tx));
    return keepAnswer(tx, request, status, body);
  };
  const write = (turn: Turn) => runTransaction(deps.sql, once, turn);
  const answer = await whileProgressing(deps.sql, write, undefined, stalledAfterMs);
  if (answer.status !== REFUSED) return answer;
  const { code, extra } = v.parse(refusalSchema, JSON.parse(answer.json));
  throw new OperatingError(code, { extra, replayed: answer.replayed });
}

const REFUSED = 409;
const CODES = ['booking_not_payable', 'booking_not_cancellable', 'booking_not_refundable'] as const;
const refusalSchema = v.object({ code: v.picklist(CODES), extra: v.record(v.string(), v.unknown()) });

/** What the work answers; a refusal that stays one as what is kept of it, from which each repeat gets a problem of its own. */
async function orRefusal(
  work: () => Promise<{ status: number; body: object }>,
): Promise<{ status: number; body: object }> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof OperatingError ? CODES.find((known) => known === error.code) : undefined;
    if (code === undefined || !(error instanceof OperatingError)) throw error;
    return { status: REFUSED, body: { code, extra: error.details.extra ?? {} } };
  }
}

/** An answer as it is sent, saying when it is a repeat. `more` are headers of its own. */
export const toHttpAnswer = ({ status, json, replayed }: Answer, more: Record<string, string> = {}): HttpAnswer => ({
  status,
  body: json,
  headers: { ...more, 'cache-control': 'no-store', ...(replayed ? { 'idempotency-replayed': 'true' } : {}) },
});

/** The same, sent. */
export const sendAnswer = (c: CoreContext, answer: Answer, more: Record<string, string> = {}): Response =>
  send(c, toHttpAnswer(answer, more));
