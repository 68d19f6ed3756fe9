import type { HoldView } from '../../contracts/holds.ts';

/**
 * What this browser keeps for its visitor: a token per booking or ticket (for good, it is the way back to it) and the running
 * hold of a performance (for the tab). Storage may be full or forbidden; then only the page forgets.
 */
const BOOKING = 'onsale-booking-';
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

/** Forgets the tokens of all bookings: what they open was erased. */
export function forgetBookings(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(BOOKING)) localStorage.removeItem(key);
  } catch {
    // Nothing was kept either.
  }
}

/** Notes whether somebody is signed in here: only then is it worth asking who. The session itself no script can read. */
export function keepSignedIn(isSignedIn: boolean): void {
  if (isSignedIn) return put(localStorage, SIGNED_IN, 'yes');
  try {
    localStorage.removeItem(SIGNED_IN);
  } catch {
    // Nothing was kept either.
  }
}

/** Whether somebody signed in here and has not signed out, as far as this browser knows. */
export const wasSignedIn = (): boolean => take(localStorage, SIGNED_IN) !== null;

/** Remembers a hold, so that a reload does not lose sight of it. */
export const keepHold = (hold: HoldView): void =>
  put(sessionStorage, HOLD + hold.performanceId, JSON.stringify({ holdId: hold.holdId, receipt: hold.receipt }));

/** Forgets the hold of a performance: booked, released or over. */
export function forgetHold(performanceId: string): void {
  try {
    sessionStorage.removeItem(HOLD + performanceId);
  } catch {
    // Nothing was kept either.
  }
}

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
