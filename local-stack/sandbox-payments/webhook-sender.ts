import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import { randomSecret } from '../../platform/random.ts';
import { Webhook } from 'standardwebhooks';
import type { Journal } from './journal.ts';
import type { Faults, SandboxEvent } from './payments.ts';

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

export type WebhookSender = { send(event: SandboxEvent): void; stop(): Promise<void> };

export type WebhookSenderOptions = {
  url: string;
  /** `whsec_…` (Standard Webhooks). */
  secret: string;
  journal: Journal;
  faults: Faults;
  log: Logger;
  clock: Clock;
};

/**
 * Sends events as Standard Webhooks do (https://www.standardwebhooks.com): signed over id, time and body, retried with backoff on
 * any answer but 2xx. Undelivered events of an earlier run are taken up at the start.
 */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { journal, faults } = options;
  const nowMs = () => options.clock.nowMs();
  const signer = new Webhook(options.secret);
  const forger = new Webhook(randomSecret('').replaceAll(/[-_]/g, 'A').slice(0, 40));
  const waiting = new Map<string, NodeJS.Timeout>();
  const ready: SandboxEvent[] = [];
  const running = new Set<Promise<void>>();
  let stopped = false;

  const schedule = (event: SandboxEvent) => {
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

  const deliver = async (event: SandboxEvent): Promise<void> => {
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
    const next: SandboxEvent = { ...event, attempts, dueAtMs: nowMs() + pauseMs };
    journal.keepEvent(next);
    if (!stopped) schedule(next);
  };

  const post = async (event: SandboxEvent): Promise<boolean> => {
    const body = JSON.stringify({ type: event.type, timestamp: event.at, data: event.data });
    const at = new Date(nowMs());
    const headers = {
      'content-type': 'application/json',
      'webhook-id': event.eventId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': (event.badSignature ? forger : signer).sign(event.eventId, at, body),
    };
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
