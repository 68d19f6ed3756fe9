import type { HoldView } from '../../contracts/holds.ts';

/**
 * What this browser keeps for its visitor: a token per booking or ticket (for good, it is the way back to it) and the running
 * hold of a performance (for the tab). Storage may be full or forbidden; then only the page forgets.
 */
const BOOKING = 'onsale-booking-';
const WAITS = 'onsale-waits-';
const PUSH = 'onsale-push-';
const SIGNED_IN = 'onsale-signed-in';
const HOLD = 'onsale-hold-';

/** Tokens of this page's life, for browsers that keep nothing. */
const shown = new Map<string, string>();

/** What a token opens: a booking, a place in a waitlist, or one entry ticket that was given to this person. */
type Opened = 'booking' | 'waitlist' | 'ticket';
const KEPT_AS: Readonly<Record<Opened, string>> = {
  booking: BOOKING,
  waitlist: 'onsale-waitlist-',
  ticket: 'onsale-ticket-given-',
};
const IN_LINK: Readonly<Record<Opened, RegExp>> = {
  booking: /^#token=(bk_[\w-]{43})$/,
  waitlist: /^#token=(wl_[\w-]{43})$/,
  ticket: /^#token=(et_[\w-]{43})$/,
};

/** Remembers the token that opens something: one that the API gave, or that a link brought. */
export function keepToken(what: Opened, id: string, token: string): void {
  shown.set(id, token);
  put(localStorage, KEPT_AS[what] + id, token);
}

/** The token of something that was made or opened in this browser. */
export const keptToken = (what: Opened, id: string): string | null =>
  take(localStorage, KEPT_AS[what] + id) ?? shown.get(id) ?? null;

/** The token that the link of a message brings behind `#`; null for any other address. */
export const tokenInLink = (what: Opened, hash: string): string | null => IN_LINK[what].exec(hash)?.[1] ?? null;

/** Notes which performance an entry of the waitlist waits for; null: it waits no more. That one's page leads back to it. */
export function keepWaiting(entryId: string, performanceId: string | null): void {
  if (performanceId === null) drop(localStorage, WAITS + entryId);
  else put(localStorage, WAITS + entryId, performanceId);
}

/** The entries of this browser that wait for a performance, as far as it knows. */
export const waitingHere = (performanceId: string): string[] =>
  keysOf(WAITS).flatMap((key) => (take(localStorage, key) === performanceId ? [key.slice(WAITS.length)] : []));

/** Remembers that this browser is told of a booking, and by which subscription. */
export const keepPush = (of: string, id: string): void => put(localStorage, PUSH + of, id);

/** The subscription by which this browser is told of a booking; null where it is not. */
export const keptPush = (of: string): string | null => take(localStorage, PUSH + of);

/** Forgets it. */
export const forgetPush = (of: string): void => drop(localStorage, PUSH + of);

/** Forgets the tokens of all bookings and places in waitlists: what they open was erased. */
export function forgetBookings(): void {
  for (const prefix of [BOOKING, KEPT_AS.waitlist, WAITS]) for (const key of keysOf(prefix)) drop(localStorage, key);
}

/** Notes whether somebody is signed in here: only then is it worth asking who. The session itself no script can read. */
export function keepSignedIn(isSignedIn: boolean): void {
  if (isSignedIn) put(localStorage, SIGNED_IN, 'yes');
  else drop(localStorage, SIGNED_IN);
}

/** Whether somebody signed in here and has not signed out, as far as this browser knows. */
export const wasSignedIn = (): boolean => take(localStorage, SIGNED_IN) !== null;

/** Remembers a hold, so that a reload does not lose sight of it. */
export const keepHold = (hold: HoldView): void =>
  put(sessionStorage, HOLD + hold.performanceId, JSON.stringify({ holdId: hold.holdId, receipt: hold.receipt }));

/** Forgets the hold of a performance: booked, released or over. */
export const forgetHold = (performanceId: string): void => drop(sessionStorage, HOLD + performanceId);

/** The hold that this tab had. */
export function keptHold(performanceId: string): { holdId: string; receipt: string } | null {
  const text = take(sessionStorage, HOLD + performanceId);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('holdId' in value) || !('receipt' in value)) return null;
    const { holdId, receipt } = value;
    return typeof holdId === 'string' && typeof receipt === 'string' ? { holdId, receipt } : null;
  } catch {
    return null;
  }
}

function keysOf(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

function drop(storage: Storage, key: string): void {
  try {
    storage.removeItem(key);
  } catch {
    // Nothing was kept either.
  }
}

function put(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    // Private windows and full storages refuse; the running page still knows.
  }
}

function take(storage: Storage, key: string): string | null {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}
