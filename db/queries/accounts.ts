import type { Sql, Transaction } from '../connect.ts';

/** An account. `email` is the one spelling of its mailbox by which bookings are its own. */
export type AccountRow = { id: string; email: string };

/** Sessions of one account at most: as many browsers as a person may use; the oldest ends first. */
const MAX_SESSIONS = 20;

/** The account of a live session, by the token's hash; null for anything else. A plain read by key. */
export async function readSessionAccount(sql: Sql, tokenHash: Uint8Array): Promise<AccountRow | null> {
  const [row] = await sql<
    AccountRow[]
  >`SELECT a.id, a.email FROM account_sessions s JOIN accounts a ON a.id = s.account_id
    WHERE s.token_hash = ${tokenHash} AND s.expires_at > now()`;
  return row ?? null;
}

/** The account of an identity provider's subject, or null. A plain read by key. */
export async function readLinkedAccount(
  sql: Sql | Transaction,
  issuer: string,
  subject: string,
): Promise<AccountRow | null> {
  const [row] = await sql<
    AccountRow[]
  >`SELECT a.id, a.email FROM account_identities i JOIN accounts a ON a.id = i.account_id
    WHERE i.issuer = ${issuer} AND i.subject = ${subject}`;
  return row ?? null;
}

/** The account of an address, made with `id` where there is none. READ COMMITTED; locks the row, so that it is not erased meanwhile. */
export async function openAccount(tx: Transaction, id: string, email: string): Promise<AccountRow> {
  const [row] = await tx<AccountRow[]>`INSERT INTO accounts (id, email) VALUES (${id}, ${email})
    ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id, email`;
  if (row === undefined) throw new Error('an upsert returned no row');
  return row;
}

/** Links a provider's subject to an account, where nobody did meanwhile; whose it is then says `readLinkedAccount`. */
export async function linkIdentity(
  tx: Transaction,
  link: { issuer: string; subject: string; accountId: string },
): Promise<void> {
  await tx`INSERT INTO account_identities (issuer, subject, account_id)
    VALUES (${link.issuer}, ${link.subject}, ${link.accountId}) ON CONFLICT (issuer, subject) DO NOTHING`;
}

/** Keeps a session, and ends the account's oldest beyond the most it may have. Needs the account's lock. */
export async function insertSession(
  tx: Transaction,
  session: { tokenHash: Uint8Array; accountId: string; expiresAt: Date },
): Promise<void> {
  await tx`INSERT INTO account_sessions (token_hash, account_id, expires_at)
    VALUES (${session.tokenHash}, ${session.accountId}, ${session.expiresAt})`;
  await tx`DELETE FROM account_sessions WHERE token_hash IN (SELECT token_hash FROM account_sessions
    WHERE account_id = ${session.accountId} ORDER BY created_at DESC OFFSET ${MAX_SESSIONS})`;
}

/** Ends a session. */
export async function endSession(sql: Sql, tokenHash: Uint8Array): Promise<void> {
  await sql`DELETE FROM account_sessions WHERE token_hash = ${tokenHash}`;
}

/** Locks an account until the transaction ends; false when there is none of that id. */
export async function lockAccount(tx: Transaction, id: string): Promise<boolean> {
  return (await tx`SELECT 1 FROM accounts WHERE id = ${id} FOR UPDATE`).length === 1;
}

/** Deletes an account with its sessions and what was linked to it. Its bookings know nothing of it. */
export async function deleteAccount(tx: Transaction, id: string): Promise<void> {
  await tx`DELETE FROM accounts WHERE id = ${id}`;
}
