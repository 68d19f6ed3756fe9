import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { readJsonLines } from '../json-lines.ts';
import { DELIVERY_FIELDS } from '../webhook-sender.ts';
import { paymentSchema, type StandInPayment } from './objects.ts';

const eventSchema = v.object({
  ...DELIVERY_FIELDS,
  type: v.string(),
  created: v.number(),
  /** The object as it was when the event happened. */
  object: v.record(v.string(), v.unknown()),
});
export type StandInEvent = v.InferOutput<typeof eventSchema>;

/** A first answer under an idempotency key, and what was asked. */
const answerSchema = v.object({ key: v.string(), asked: v.string(), status: v.number(), body: v.string() });
export type KeptAnswer = v.InferOutput<typeof answerSchema>;

const lineSchema = v.union([
  v.object({ payment: paymentSchema }),
  v.object({ event: eventSchema }),
  v.object({ answer: answerSchema }),
]);

/** What the stand-in remembers: the last written state of each payment (by session), event and key, in the order they came to be. */
export type Records = {
  payments: Map<string, StandInPayment>;
  events: Map<string, StandInEvent>;
  answers: Map<string, KeptAnswer>;
  keepPayment(payment: StandInPayment): void;
  keepEvent(event: StandInEvent): void;
  keepAnswer(answer: KeptAnswer): void;
  close(): void;
};

/** Opens the append-only file of one record a line; the last line of an id counts. A torn last line is left out. */
export function openRecords(folder: string): Records {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'stripe.jsonl');
  const [payments, events, answers] = [
    new Map<string, StandInPayment>(),
    new Map<string, StandInEvent>(),
    new Map<string, KeptAnswer>(),
  ];
  const remember = (line: v.InferOutput<typeof lineSchema>): void => {
    if ('payment' in line) payments.set(line.payment.sessionId, line.payment);
    else if ('event' in line) events.set(line.event.eventId, line.event);
    else answers.set(line.answer.key, line.answer);
  };
  readJsonLines(path, lineSchema).forEach(remember);
  const file = openSync(path, 'a', 0o600);
  const keep = (line: v.InferOutput<typeof lineSchema>): void => {
    remember(line);
    writeSync(file, `${JSON.stringify(line)}\n`);
  };
  return {
    payments,
    events,
    answers,
    keepPayment: (payment) => keep({ payment }),
    keepEvent: (event) => keep({ event }),
    keepAnswer: (answer) => keep({ answer }),
    close: () => closeSync(file),
  };
}
