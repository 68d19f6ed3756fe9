import type { Sql, Transaction } from '../connect.ts';

/** A stored answer of a POST. `answer` is opaque here: it may be sealed. */
export type StoredAnswer = { bodyHash: string; status: number; answer: string };

/** Reads a stored answer younger than `ttlSeconds`, or null. A plain read. */
export async function readStoredAnswer(
  sql: Sql | Transaction,
  caller: string,
  key: string,
  ttlSeconds: number,
): Promise<StoredAnswer | null> {
  const [row] = await sql<StoredAnswer[]>`SELECT body_hash AS "bodyHash", status, answer FROM idempotency_keys
    WHERE caller = ${caller} AND key = ${key} AND created_at > now() - make_interval(secs => ${ttlSeconds})`;
  return row ?? null;
}

/**
 * Stores the answer in the transaction that makes it true. A second request with the same key waits here for the first and
 * then fails on `idempotency_keys_once`; a record older than `ttlSeconds` is replaced.
 */
export async function storeAnswer(
  tx: Transaction,
  record: StoredAnswer & { caller: string; key: string },
  ttlSeconds: number,
): Promise<void> {
  await Promise.all([
    tx`DELETE FROM idempotency_keys WHERE caller = ${record.caller} AND key = ${record.key}
      AND created_at <= now() - make_interval(secs => ${ttlSeconds})`,
    tx`INSERT INTO idempotency_keys (caller, key, body_hash, status, answer)
      VALUES (${record.caller}, ${record.key}, ${record.bodyHash}, ${record.status}, ${record.answer})`,
  ]);
}

/** Lets requests with the same key pass one after the other: an advisory lock until the transaction's end, taken before any other. */
export async function lockKey(tx: Transaction, caller: string, key: string): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`${caller}\n${key}`}, 0))`;
}
