import type { JSONValue } from 'postgres';

import type { Sql, Transaction } from '../connect.ts';

export type { JSONValue };

export type AuditEntry = {
  id: string;
  actor: string;
  action: string;
  subject: string;
  before: JSONValue;
  after: JSONValue;
};

/** Writes who changed what, in the transaction that changes it. */
export async function insertAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  await tx`INSERT INTO audit (id, actor, action, subject, before, after)
    VALUES (${entry.id}, ${entry.actor}, ${entry.action}, ${entry.subject}, ${tx.json(entry.before)}, ${tx.json(entry.after)})`;
}

export type AuditRow = {
  id: string;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
};

/** Entries from the newest on, below the cursor (an id; ids are ordered by time), of one subject where it is named. A plain read. */
export async function listAudit(
  sql: Sql,
  { cursor, subject, limit }: { cursor: string | null; subject: string | null; limit: number },
): Promise<AuditRow[]> {
  return sql<AuditRow[]>`SELECT id, at, actor, action, subject, before, after FROM audit
    WHERE (${cursor}::uuid IS NULL OR id < ${cursor}::uuid) AND (${subject}::text IS NULL OR subject = ${subject}::text)
    ORDER BY id DESC LIMIT ${limit}`;
}
