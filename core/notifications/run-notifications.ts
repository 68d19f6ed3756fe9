import {
  failNotification,
  finishNotification,
  takeNotifications,
  type NotificationRow,
} from '../../db/queries/notifications.ts';
import type { CoreDeps } from '../deps.ts';
import type { Printer } from '../entry-tickets/printer.ts';
import { retryLater } from '../jobs/retry-later.ts';
import { runBatch } from '../jobs/run-batch.ts';
import type { MailOutcome } from '../mail/mailer.ts';
import { retryInMs } from '../webhooks/retry-delivery.ts';
import { toDeliverable } from './deliverable.ts';
import { toHtml, toText } from './message.ts';

/** Messages in a turn and at a time: also if each takes its whole time, they end well before the lease. */
const TAKING = { limit: 16, leaseSeconds: 180 } as const;
const PARALLEL = 4;

export type NotificationDeps = Pick<CoreDeps, 'sql' | 'catalogue' | 'keys' | 'config' | 'log' | 'clock' | 'mailer'> & {
  printer: Printer;
};

/**
 * Sends what is due, each event to each address once; returns how many it took. Each is noted by itself as soon as the relay took it: a
 * process that dies in between sends that one again, under the same Message-ID, so that mailboxes show it once.
 */
export async function runNotifications(deps: NotificationDeps): Promise<number> {
  const rows = await takeNotifications(deps.sql, { channels: ['mail'], ...TAKING });
  await runBatch(rows, (row) => send(deps, row), PARALLEL);
  return rows.length;
}

async function send(deps: NotificationDeps, row: NotificationRow): Promise<void> {
  try {
    const made = await toDeliverable(deps, row, deps.clock.nowMs());
    if (made.kind === 'outdated') return await finishNotification(deps.sql, row.id, made.reason);
    const { message, attachments } = made;
    const outcome = await deps.mailer.send({
      to: row.address,
      subject: message.subject,
      text: toText(message),
      html: toHtml(message),
      attachments,
      headers: {
        'Message-ID': `<${row.id}@${new URL(deps.config.origin).hostname}>`,
        // Nobody's holiday reply is wanted (RFC 3834).
        'Auto-Submitted': 'auto-generated',
      },
    });
    await note(deps, row, outcome);
  } catch (error) {
    await putOff(deps, row, { ...retryLater(error, row.attempts), cause: error });
  }
}

async function note(deps: NotificationDeps, row: NotificationRow, outcome: MailOutcome): Promise<void> {
  switch (outcome.kind) {
    case 'sent':
      return finishNotification(deps.sql, row.id, null);
    case 'refused':
      return putOff(deps, row, { error: outcome.code, retryInMs: null });
    case 'failed':
      return putOff(deps, row, { error: outcome.code, retryInMs: retryInMs(row.attempts) });
  }
}

/** The log names neither address nor content. */
async function putOff(
  { sql, log }: NotificationDeps,
  { id, kind, channel, attempts }: NotificationRow,
  { error, retryInMs: pauseMs, cause }: { error: string; retryInMs: number | null; cause?: unknown },
): Promise<void> {
  log.warn({ id, kind, channel, attempts, reason: error, dead: pauseMs === null, err: cause }, 'message not sent');
  await failNotification(sql, { id, error, retryInMs: pauseMs });
}
