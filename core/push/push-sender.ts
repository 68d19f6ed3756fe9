import webPush from 'web-push';
import * as v from 'valibot';
import { pushSubscriptionSchema, type PushPayload, type PushSubscriptionJson } from '../../contracts/push.ts';
import { createOutsideHttp } from '../outside/outside-http.ts';
import { refuseTarget } from '../outside/target.ts';
import { isCurvePoint, type PushKeys } from './push-keys.ts';

/** In whose name messages are pushed. `contact`: where push services find us (RFC 8292 §2.1), `mailto:` or `https:`. */
export type PushSettings = {
  keys: PushKeys;
  contact: string;
  /** Hosts that may be pushed to though they are private, and without TLS; all others must be public and https. */
  privateHosts: readonly string[];
};

export type PushMessage = {
  /** The subscription as it was kept. */
  subscription: string;
  payload: PushPayload;
  /** How long the push service keeps it for a browser that is away, seconds. */
  ttlSeconds: number;
  urgency: 'normal' | 'high';
  /** A message of the same topic that was not delivered yet is replaced by this one; at most 32 signs of base64url (RFC 8030 §5.4). */
  topic: string;
};

/** `gone`: the browser has unsubscribed, or the service knows it no more; `refused`: it never takes this one; `failed`: try later. */
export type PushOutcome =
  | { kind: 'sent' }
  | { kind: 'gone' }
  | { kind: 'refused'; code: string }
  | { kind: 'failed'; code: string };

export type PushSender = {
  publicKey: string;
  /** Why nothing may be pushed to this subscription, by the field at fault, or null. */
  refuse(subscription: PushSubscriptionJson): { path: string; message: string } | null;
  /** Encrypts for one browser and hands it to its push service. Rejects never. */
  send(message: PushMessage): Promise<PushOutcome>;
  close(): Promise<void>;
};

/** Longer than any push service takes to note a message, ms. */
const TIMEOUT_MS = 5000;

/** A sender of web push messages (RFC 8030), encrypted (RFC 8291) and signed (RFC 8292) by the library, sent by our own guarded client. */
export function createPushSender({ keys, contact, privateHosts }: PushSettings): PushSender {
  const http = createOutsideHttp(privateHosts, { timeoutMs: TIMEOUT_MS });
  const vapidDetails = { subject: contact, ...keys };
  return {
    publicKey: keys.publicKey,
    refuse({ endpoint, keys: { p256dh } }) {
      const refused = refuseTarget(endpoint, privateHosts);
      if (refused !== null) return { path: 'endpoint', message: refused };
      return isCurvePoint(p256dh) ? null : { path: 'keys.p256dh', message: 'must be a P-256 point' };
    },
    async send({ subscription: kept, payload, ttlSeconds, urgency, topic }) {
      const subscription = v.safeParse(pushSubscriptionSchema, parse(kept));
      if (!subscription.success) return { kind: 'refused', code: 'subscription_invalid' };
      const { endpoint, keys: own } = subscription.output;
      const options = { vapidDetails, TTL: ttlSeconds, urgency, topic };
      let details;
      try {
        details = webPush.generateRequestDetails({ endpoint, keys: own }, JSON.stringify(payload), options);
      } catch {
        // The library's own words quote the subscription.
        return { kind: 'refused', code: 'not_encryptable' };
      }
      return toOutcome(await http.post(endpoint, details.headers, details.body ?? Buffer.alloc(0)));
    },
    close: () => http.close(),
  };
}

function toOutcome(answer: Awaited<ReturnType<ReturnType<typeof createOutsideHttp>['post']>>): PushOutcome {
  if (answer.kind === 'failed') return { kind: 'failed', code: answer.error };
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  // Ours is at fault, and stays so: too large, wrong keys. 408 and 429 pass.
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { kind: isFinal ? 'refused' : 'failed', code: `push_${status}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
