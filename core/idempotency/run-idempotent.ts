import type { Transaction } from '../../db/connect.ts';
import { lockKey } from '../../db/queries/idempotency.ts';
import type { CoreDeps } from '../deps.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { findAnswer, keepAnswer, type Answer, type KeyedRequest } from './stored-answer.ts';

/**
 * Does the work of a POST once per (caller, key), in one transaction with the record of its answer; a repeat gets that answer. A
 * request that comes while the first is under way waits for it. What `work` refuses by throwing is not stored: it changed nothing.
 */
export function runIdempotent(
  deps: Pick<CoreDeps, 'sql'>,
  request: KeyedRequest,
  work: (tx: Transaction) => Promise<{ status: number; body: object }>,
): Promise<Answer> {
  const running = runTransaction(deps.sql, async (tx) => {
    await lockKey(tx, request.caller, request.key);
    const before = await findAnswer(tx, request);
    if (before !== null) return before;
    const { status, body } = await work(tx);
    return keepAnswer(tx, request, status, body);
  });
  return whileProgressing(deps.sql, running);
}

/** Sends an answer, saying when it is a repeat. `more` are headers of its own. */
export function sendAnswer(answer: Answer, more: Record<string, string> = {}): Response {
  const headers = { ...more, 'content-type': 'application/json', 'cache-control': 'no-store' };
  return new Response(answer.json, {
    status: answer.status,
    headers: answer.replayed ? { ...headers, 'idempotency-replayed': 'true' } : headers,
  });
}
