import {
  failNotification,
  finishNotification,
  takeNotifications,
  type NotificationRow,
} from '../../db/queries/notifications.ts';
import { forgetBrowser } from '../../db/queries/push-subscriptions.ts';
import type { CoreDeps } from '../deps.ts';
import type { Printer } from '../entry-tickets/printer.ts';
import { retryLater } from '../jobs/retry-later.ts';
import { runBatch } from '../jobs/run-batch.ts';
import type { MailOutcome } from '../mail/mailer.ts';
import { retryInMs } from '../webhooks/retry-delivery.ts';
import type { Deliverable } from './attached.ts';
import { toDeliverable } from './deliverable.ts';
import { pushUrgency, toPush } from './push-message.ts';
import { toHtml, toText, type Message } from './message.ts';

/** Messages in a turn and at a time: also if each takes its whole time, they end well before the lease. */
const TAKING = { limit: 16, leaseSeconds: 180 } as const;
/** Mails go to one relay, and tickets have to be printed; pushes go to as many services as there are, each of which only waits. */
const PARALLEL = { mail: 4, push: 16 } as const;

export type NotificationDeps = Pick<
  CoreDeps,
  'sql' | 'catalogue' | 'keys' | 'config' | 'log' | 'clock' | 'mailer' | 'push'
> & {
  printer: Printer;
};

/**
 * Sends what is due by one way, each event to each address once; returns how many it took. Each is noted by itself as soon as the relay took it: a
 * process that dies in between sends that one again, under the same Message-ID or tag, so that mailboxes and browsers show it once.
 */
export async function runNotifications(deps: NotificationDeps, channel: NotificationRow['channel']): Promise<number> {
  const rows = await takeNotifications(deps.sql, { channel, ...TAKING });
  await runBatch(rows, (row) => send(deps, row), PARALLEL[channel]);
  return rows.length;
}

async function send(deps: NotificationDeps, row: NotificationRow): Promise<void> {
  try {
    const made = await toDeliverable(deps, row, deps.clock.nowMs());
    if (made.kind === 'outdated') return await finishNotification(deps.sql, row.id, made.reason);
    await (row.channel === 'push' ? sendPush(deps, row, made.message) : sendMail(deps, row, made));
  } catch (error) {
    await putOff(deps, row, { ...retryLater(error, row.attempts), cause: error });
  }
}

async function sendMail(
  deps: NotificationDeps,
  row: NotificationRow,
  { message, attachments }: Extract<Deliverable, { kind: 'message' }>,
): Promise<void> {
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
}

/** A browser that has unsubscribed is forgotten, for all that it had asked to be told of. */
async function sendPush(deps: NotificationDeps, row: NotificationRow, message: Message): Promise<void> {
  if (deps.push === null) return finishNotification(deps.sql, row.id, 'nothing is pushed any more');
  const outcome = await deps.push.send({
    subscription: row.address,
    payload: toPush(message, deps.config.origin, row.id),
    ...pushUrgency(row.kind),
    topic: row.id.replaceAll('-', ''),
  });
  if (outcome.kind !== 'gone') return note(deps, row, outcome);
  await forgetBrowser(deps.sql, row.id);
  return finishNotification(deps.sql, row.id, 'the browser has unsubscribed');
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
