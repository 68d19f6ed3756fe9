import * as v from 'valibot';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';

/** Deliveries under way at once: enough for a sell-out, few enough to leave the receiver its sockets. */
const MAX_PARALLEL = 16;
/** One delivery may take this long, ms. */
const TIMEOUT_MS = 5000;
/** First and longest pause between attempts, ms; 40 attempts reach over a quarter of an hour. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const MAX_ATTEMPTS = 40;
/** How long a reordered webhook waits for a later one to overtake it, ms. */
const REORDER_WAIT_MS = 2000;

/** What an event says of its way to the shop; `copies`, `badSignature` and `reorder` are faults that a tester wishes for. */
export const DELIVERY_FIELDS = {
  eventId: v.string(),
  copies: v.number(),
  badSignature: v.boolean(),
  reorder: v.boolean(),
  dueAtMs: v.number(),
  attempts: v.number(),
  state: v.picklist(['due', 'delivered', 'dropped', 'given_up']),
};
/** An event on its way. */
export type Delivery = v.InferOutput<v.ObjectSchema<typeof DELIVERY_FIELDS, undefined>>;

export type WebhookSender<E> = { send(event: E): void; stop(): Promise<void> };

export type WebhookSenderOptions<E> = {
  url: string;
  /** Headers and body of one attempt, signed as the provider signs. */
  sign(event: E, at: Date): { headers: Record<string, string>; body: string };
  journal: { events: ReadonlyMap<string, E>; keepEvent(event: E): void };
  /** `down`: nothing leaves; `dropWebhooks`: events are lost without a trace and not sent again. */
  faults: { down: boolean; dropWebhooks: boolean };
  log: Logger;
  clock: Clock;
};

/**
 * Sends a provider's events: signed anew for each attempt, retried with backoff on any answer but 2xx. Undelivered events of an
 * earlier run are taken up at the start.
 */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function createWebhookSender<E extends Delivery>(options: WebhookSenderOptions<E>): WebhookSender<E> {
  const { journal, faults } = options;
  const nowMs = () => options.clock.nowMs();
  const waiting = new Map<string, NodeJS.Timeout>();
  const ready: E[] = [];
  const running = new Set<Promise<void>>();
  let stopped = false;

  const schedule = (event: E) => {
    const held = event.reorder && event.attempts === 0 ? REORDER_WAIT_MS : 0;
    const start = () => {
      waiting.delete(event.eventId);
      ready.push(event);
      pump();
    };
    waiting.set(event.eventId, setTimeout(start, Math.max(0, event.dueAtMs - nowMs()) + held));
  };

  const pump = () => {
    if (stopped) return;
    for (const event of ready.splice(0, MAX_PARALLEL - running.size)) {
      const work = deliver(event).finally(() => {
        running.delete(work);
        pump();
      });
      running.add(work);
    }
  };

  const deliver = async (event: E): Promise<void> => {
    if (faults.dropWebhooks) return journal.keepEvent({ ...event, state: 'dropped' });
    const attempts = event.attempts + 1;
    const outcomes = faults.down ? [false] : await Promise.all(Array.from({ length: event.copies }, () => post(event)));
    if (outcomes.every(Boolean)) {
      journal.keepEvent({ ...event, attempts, state: 'delivered' });
      releaseReordered();
      return;
    }
    if (attempts >= MAX_ATTEMPTS) {
      options.log.error({ eventId: event.eventId, attempts }, 'webhook given up');
      return journal.keepEvent({ ...event, attempts, state: 'given_up' });
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
    const next: E = { ...event, attempts, dueAtMs: nowMs() + pauseMs };
    journal.keepEvent(next);
    if (!stopped) schedule(next);
  };

  const post = async (event: E): Promise<boolean> => {
    const { headers, body } = options.sign(event, new Date(nowMs()));
    try {
      const answer = await fetch(options.url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      // The receiver is away or slow: the same as a refusal, it is tried again.
      return false;
    }
  };

  /** A later webhook has arrived, so those that wished to come out of order may go. */
  const releaseReordered = () => {
    for (const [eventId, timer] of waiting) {
      const event = journal.events.get(eventId);
      if (event === undefined || !event.reorder || event.attempts > 0 || event.dueAtMs > nowMs()) continue;
      clearTimeout(timer);
      waiting.delete(eventId);
      ready.push(event);
    }
    pump();
  };

  for (const event of journal.events.values()) if (event.state === 'due') schedule(event);
  return {
    send(event) {
      // Lost by what holds now: who ends the fault a moment later must not get the event after all.
      if (faults.dropWebhooks) return journal.keepEvent({ ...event, state: 'dropped' });
      journal.keepEvent(event);
      schedule(event);
    },
    async stop() {
      stopped = true;
      for (const timer of waiting.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
