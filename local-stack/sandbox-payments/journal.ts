import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { readJsonLines } from '../json-lines.ts';
import { eventSchema, paymentSchema, type SandboxEvent, type SandboxPayment } from './payments.ts';

const lineSchema = v.union([v.object({ payment: paymentSchema }), v.object({ event: eventSchema })]);

/** What a journal keeps: the last written state of each payment and of each event, in the order they came to be. */
export type Journal = {
  payments: Map<string, SandboxPayment>;
  events: Map<string, SandboxEvent>;
  /** Writes the payment's present state before it returns. */
  keepPayment(payment: SandboxPayment): void;
  keepEvent(event: SandboxEvent): void;
  close(): void;
};

/**
 * Opens the append-only file of one record a line; the last line of an id counts. It is written without fsync (a development
 * provider), but before a call is answered, so killing the process loses nothing. A torn last line is left out.
 */
export function openJournal(folder: string): Journal {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'ledger.jsonl');
  const payments = new Map<string, SandboxPayment>();
  const events = new Map<string, SandboxEvent>();
  for (const line of readJsonLines(path, lineSchema)) {
    if ('payment' in line) payments.set(line.payment.paymentId, line.payment);
    else events.set(line.event.eventId, line.event);
  }
  rewrite(path, payments, events);
  const file = openSync(path, 'a', 0o600);
  const append = (line: object) => void writeSync(file, `${JSON.stringify(line)}\n`);
  return {
    payments,
    events,
    keepPayment(payment) {
      payments.set(payment.paymentId, payment);
      append({ payment });
    },
    keepEvent(event) {
      events.set(event.eventId, event);
      append({ event });
    },
    close: () => closeSync(file),
  };
}

/** Drops overtaken lines, so that the file grows with the payments and not with the starts. */
function rewrite(path: string, payments: Map<string, SandboxPayment>, events: Map<string, SandboxEvent>): void {
  const lines = [
    ...[...payments.values()].map((payment) => JSON.stringify({ payment })),
    ...[...events.values()].map((event) => JSON.stringify({ event })),
  ];
  writeFileSync(`${path}.new`, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
