import type { Sql, Transaction } from '../connect.ts';

/** Where events go. Secrets are sealed; `null` times have not happened. */
export type WebhookEndpoint = {
  id: string;
  url: string;
  events: string[];
  secret: string;
  previousSecret: string | null;
  previousUntil: Date | null;
  createdAt: Date;
  disabledAt: Date | null;
  lastDeliveredAt: Date | null;
  lastFailedAt: Date | null;
  lastError: string | null;
};

const columns = (sql: Sql | Transaction) => sql`id, url, events, secret, previous_secret AS "previousSecret",
  previous_until AS "previousUntil", created_at AS "createdAt", disabled_at AS "disabledAt",
  last_delivered_at AS "lastDeliveredAt", last_failed_at AS "lastFailedAt", last_error AS "lastError"`;

/** Adds one, unless there are `most` already; then null. Two at once may make one more than that. */
export async function insertEndpoint(
  tx: Transaction,
  endpoint: Pick<WebhookEndpoint, 'id' | 'url' | 'events' | 'secret'>,
  most: number,
): Promise<WebhookEndpoint | null> {
  const { id, url, events, secret } = endpoint;
  const [row] = await tx<WebhookEndpoint[]>`INSERT INTO webhook_endpoints (id, url, events, secret)
    SELECT ${id}, ${url}, ${events}, ${secret}
    WHERE (SELECT count(*) FROM webhook_endpoints WHERE deleted_at IS NULL) < ${most} RETURNING ${columns(tx)}`;
  return row ?? null;
}

/** All that are there, oldest first. A plain read; their number is bounded where they are made. */
export async function listEndpoints(sql: Sql): Promise<WebhookEndpoint[]> {
  return sql<WebhookEndpoint[]>`SELECT ${columns(sql)} FROM webhook_endpoints WHERE deleted_at IS NULL ORDER BY id`;
}

/** One of them, or null. A plain read. */
export async function readEndpoint(sql: Sql, id: string): Promise<WebhookEndpoint | null> {
  const [row] = await sql<
    WebhookEndpoint[]
  >`SELECT ${columns(sql)} FROM webhook_endpoints WHERE id = ${id} AND deleted_at IS NULL`;
  return row ?? null;
}

/** One of them, or null; locked for a change. */
export async function lockEndpoint(tx: Transaction, id: string): Promise<WebhookEndpoint | null> {
  const [row] = await tx<WebhookEndpoint[]>`SELECT ${columns(tx)} FROM webhook_endpoints
    WHERE id = ${id} AND deleted_at IS NULL FOR UPDATE`;
  return row ?? null;
}

/** Sets what an operator may change. Needs `lockEndpoint`. */
export async function updateEndpoint(
  tx: Transaction,
  id: string,
  { url, events, enabled }: { url: string; events: string[]; enabled: boolean },
): Promise<void> {
  await tx`UPDATE webhook_endpoints SET url = ${url}, events = ${events},
    disabled_at = CASE WHEN ${enabled} THEN NULL ELSE coalesce(disabled_at, now()) END WHERE id = ${id}`;
}

/** Puts a new secret in force; the old one signs beside it for so many seconds. Needs `lockEndpoint`. */
export async function rotateSecret(
  tx: Transaction,
  id: string,
  { secret, overlapSeconds }: { secret: string; overlapSeconds: number },
): Promise<void> {
  await tx`UPDATE webhook_endpoints SET previous_secret = CASE WHEN ${overlapSeconds}::int > 0 THEN secret END,
    previous_until = CASE WHEN ${overlapSeconds}::int > 0 THEN now() + make_interval(secs => ${overlapSeconds}) END,
    secret = ${secret} WHERE id = ${id}`;
}

/** Takes it out of use for good; its secrets are gone at once. Needs `lockEndpoint`. */
export async function deleteEndpoint(tx: Transaction, id: string): Promise<void> {
  await tx`UPDATE webhook_endpoints SET deleted_at = now(), secret = '', previous_secret = NULL WHERE id = ${id}`;
}

/** Notes how it last went, and disables it when the receiver said that it is gone for good. One row's update. */
export async function noteEndpoint(
  sql: Sql,
  id: string,
  { delivered, error, isGone }: { delivered: boolean; error: string | null; isGone: boolean },
): Promise<void> {
  await sql`UPDATE webhook_endpoints SET
      last_delivered_at = CASE WHEN ${delivered} THEN now() ELSE last_delivered_at END,
      last_failed_at = CASE WHEN ${error}::text IS NULL THEN last_failed_at ELSE now() END,
      last_error = coalesce(${error}::text, last_error),
      disabled_at = CASE WHEN ${isGone} THEN coalesce(disabled_at, now()) ELSE disabled_at END
    WHERE id = ${id}`;
}
