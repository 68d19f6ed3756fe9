import * as v from 'valibot';
import type { Transaction } from '../../db/connect.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreContext } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import type { OperatorRole } from '../../contracts/token-claims.ts';
import type { Changer } from './change-room.ts';

const versionedSchema = v.object({ version: v.number() });

/** One POST of an operator: how its body is read, and what it does with it in one transaction with its audit row. */
export type OrderCall<B> = {
  role: OperatorRole;
  status?: number;
  /** Its answer tells a secret, and is kept sealed. */
  isSecret?: boolean;
  read(request: Request): Promise<B>;
  work(tx: Transaction, body: B, changer: Changer): Promise<object>;
};

/**
 * Serves an operator's POST once per (operator, key): credential, key and body are judged in this order, then the work runs. An answer
 * that is a room carries its version as `ETag`.
 */
export async function serveOrder<B>(deps: CoreDeps, c: CoreContext, call: OrderCall<B>): Promise<Response> {
  const operator = await requireOperator(deps, c.req.raw.headers, call.role);
  const key = requireIdempotencyKey(c.req.raw.headers);
  const body = await call.read(c.req.raw);
  const hash = bodyHash(`POST ${c.req.path}`, body);
  const credential = call.isSecret === true ? deps.config.coreSecret : null;
  const keyed = { caller: `operator:${operator.sub}`, key, bodyHash: hash, credential };
  const changer = { actor: operator.sub, nowMs: deps.clock.nowMs() };
  const answer = await runIdempotent(deps, keyed, async (tx) => ({
    status: call.status ?? 200,
    body: await call.work(tx, body, changer),
  }));
  const room = v.safeParse(versionedSchema, JSON.parse(answer.json));
  return sendAnswer(c, answer, room.success ? { etag: `"${room.output.version}"` } : {});
}
