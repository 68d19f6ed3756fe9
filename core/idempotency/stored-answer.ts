import type { Sql, Transaction } from '../../db/connect.ts';
import { readStoredAnswer, storeAnswer, type StoredAnswer } from '../../db/queries/idempotency.ts';
import { IDEMPOTENCY_TTL_SECONDS } from '../../contracts/limits.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { openAnswer, sealAnswer } from './seal.ts';

/** A POST that may come again: who asks, with which key, for what. `credential` seals the stored answer; null stores it as it is. */
export type KeyedRequest = { caller: string; key: string; bodyHash: string; credential: string | null };

/** An answer as its JSON text, so that a replay is the same to the byte. */
export type Answer = { status: number; json: string; replayed: boolean };

/** The answer that was given before, or null. Refuses: `idempotency_key_reused` when the key came with another body. */
export async function findAnswer(sql: Sql | Transaction, request: KeyedRequest): Promise<Answer | null> {
  const stored = await readStoredAnswer(sql, request.caller, request.key, IDEMPOTENCY_TTL_SECONDS);
  if (stored === null) return null;
  const answer = openStored(request, stored);
  if (answer === null) throw new OperatingError('idempotency_key_reused');
  return answer;
}

/** What is stored under a request's key as its answer; null when it answers another request. */
export function openStored(request: KeyedRequest, stored: StoredAnswer): Answer | null {
  // Another credential of the same caller is another request, as another body is.
  if (stored.bodyHash !== request.bodyHash) return null;
  const json = request.credential === null ? stored.answer : openAnswer(request.credential, stored.answer);
  return json === null ? null : { status: stored.status, json, replayed: true };
}

/** An answer as it is stored. */
export const sealed = (credential: string | null, json: string): string =>
  credential === null ? json : sealAnswer(credential, json);

/** Stores an answer in the transaction that makes it true. Refusing constraint: `idempotency_keys_once`. */
export async function keepAnswer(
  tx: Transaction,
  request: KeyedRequest,
  status: number,
  body: object,
): Promise<Answer> {
  const json = JSON.stringify(body);
  const answer = sealed(request.credential, json);
  const { caller, key, bodyHash } = request;
  await storeAnswer(tx, { caller, key, bodyHash, status, answer }, IDEMPOTENCY_TTL_SECONDS);
  return { status, json, replayed: false };
}
