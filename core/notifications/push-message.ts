import type { PushPayload } from '../../contracts/push.ts';
import type { Message } from './message.ts';

/** Signs of a title and a text at most: systems show some fifty of one and a few lines of the other, and a message holds 4 KB. */
const MAX_TITLE = 100;
const MAX_BODY = 200;

/** Kinds that are of use within minutes only: how long a push service keeps them, seconds. All others wait for a day. */
const SHORT_LIVED: Readonly<Record<string, number>> = { expiring: 240, offer: 900, turn_near: 600, called: 120 };
const DAY_SECONDS = 86_400;

/** A message as a browser shows it: its heading, what it is about, and where it leads. `id`: shown once, however often it comes. */
export function toPush({ heading, subject, action, language }: Message, origin: string, id: string): PushPayload {
  const url = action?.url ?? `${origin}/shop/`;
  return { title: cut(heading, MAX_TITLE), body: cut(subject, MAX_BODY), url, tag: id, language };
}

/** How long a kind of message is worth delivering, and whether a sleeping device is to be woken for it (RFC 8030 §5.3). */
export function pushUrgency(kind: string): { ttlSeconds: number; urgency: 'normal' | 'high' } {
  const seconds = SHORT_LIVED[kind];
  return { ttlSeconds: seconds ?? DAY_SECONDS, urgency: seconds === undefined ? 'normal' : 'high' };
}

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
