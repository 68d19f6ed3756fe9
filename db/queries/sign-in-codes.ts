import type { Sql, Transaction } from '../connect.ts';

/** Wrong tries after which a code is of no use, the right one included. */
const MAX_TRIES = 5;

/** Puts a new code in the place of whatever code the address had. One upsert, the same for every address. */
export async function putSignInCode(
  tx: Transaction,
  { addressHash, codeHash, ttlSeconds }: { addressHash: Uint8Array; codeHash: Uint8Array; ttlSeconds: number },
): Promise<void> {
  await tx`INSERT INTO sign_in_codes (address_hash, code_hash, expires_at)
    VALUES (${addressHash}, ${codeHash}, now() + make_interval(secs => ${ttlSeconds}))
    ON CONFLICT (address_hash) DO UPDATE SET code_hash = excluded.code_hash, tries = 0, expires_at = excluded.expires_at`;
}

/**
 * Counts a try and returns the hash that the code must have; null when the address has no code, an expired or a locked one. The row's
 * lock is kept until the transaction ends, and the try counts only if it commits: of a hundred tries at once five are judged.
 */
export async function takeSignInTry(tx: Transaction, addressHash: Uint8Array): Promise<Uint8Array | null> {
  const [row] = await tx<{ codeHash: Uint8Array }[]>`UPDATE sign_in_codes SET tries = tries + 1
    WHERE address_hash = ${addressHash} AND tries < ${MAX_TRIES} AND expires_at > clock_timestamp() RETURNING code_hash AS "codeHash"`;
  return row?.codeHash ?? null;
}

/** Ends the code of an address: it was used, or whose it was is erased. */
export async function endSignInCode(sql: Sql | Transaction, addressHash: Uint8Array): Promise<void> {
  await sql`DELETE FROM sign_in_codes WHERE address_hash = ${addressHash}`;
}
