import type { Sql, Transaction } from '../connect.ts';

/** The ids of revoked operator tokens that would still be good. A plain read; few rows, since tokens live 12 hours at most. */
export async function listRevokedTokens(sql: Sql): Promise<string[]> {
  const rows = await sql<{ jti: string }[]>`SELECT jti FROM revoked_operator_tokens WHERE expires_at > now()`;
  return rows.map((row) => row.jti);
}

/** Revokes a token until its end, and drops rows of tokens that have ended. False when it was revoked before. Read committed. */
export async function revokeToken(tx: Transaction, jti: string, expiresAt: string, by: string): Promise<boolean> {
  await tx`DELETE FROM revoked_operator_tokens WHERE expires_at <= now()`;
  const rows = await tx`INSERT INTO revoked_operator_tokens (jti, expires_at, revoked_by)
    VALUES (${jti}, ${expiresAt}, ${by}) ON CONFLICT (jti) DO NOTHING RETURNING jti`;
  return rows.length === 1;
}
