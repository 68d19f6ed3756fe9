import type { MailAttachment } from '../mail/mailer.ts';
import type { Message } from './message.ts';

/** What is sent, or why nothing is: what it would tell is no longer so. */
export type Deliverable =
  | { kind: 'message'; message: Message; attachments: readonly MailAttachment[] }
  | { kind: 'outdated'; reason: string };

/** A message with tickets, where there are some, and a calendar file. */
export const withFiles = (message: Message, pdf: Uint8Array | null, calendar: string): Deliverable => ({
  kind: 'message',
  message,
  attachments: [
    ...(pdf === null ? [] : [{ filename: 'tickets.pdf', contentType: 'application/pdf', content: pdf }]),
    { filename: 'event.ics', contentType: 'text/calendar; charset=utf-8; method=PUBLISH', content: calendar },
  ],
});

/** A message with nothing attached. */
export const plain = (message: Message): Deliverable => ({ kind: 'message', message, attachments: [] });
