import type { HoldView } from '../../contracts/holds.ts';

/**
 * What this browser keeps for its visitor: a token per booking (for good, it is the way back to the tickets) and the running
 * hold of a performance (for the tab). Storage may be full or forbidden; then only the page forgets.
 */
const BOOKING = 'onsale-booking-';
const WAITLIST = 'onsale-waitlist-';
const SIGNED_IN = 'onsale-signed-in';
const HOLD = 'onsale-hold-';

/** Tokens of this page's life, for browsers that keep nothing. */
const shown = new Map<string, string>();

/** Remembers the token that `POST bookings` gave, or that a link brought. */
export function keepBookingToken(bookingId: string, token: string): void {
  shown.set(bookingId, token);
  put(localStorage, BOOKING + bookingId, token);
}

/** The token of a booking that was made or opened in this browser. */
export const bookingToken = (bookingId: string): string | null =>
  take(localStorage, BOOKING + bookingId) ?? shown.get(bookingId) ?? null;

/** The token that the link of a message brings behind `#`; null for any other address. */
export const tokenInLink = (hash: string): string | null => /^#token=(bk_[\w-]{43})$/.exec(hash)?.[1] ?? null;

/** Remembers the token of a waitlist entry, that a link brought. */
export function keepWaitlistToken(entryId: string, token: string): void {
  shown.set(entryId, token);
  put(localStorage, WAITLIST + entryId, token);
}

/** The token of a waitlist entry that was opened in this browser. */
export const waitlistToken = (entryId: string): string | null =>
  take(localStorage, WAITLIST + entryId) ?? shown.get(entryId) ?? null;

/** The same of an offer's mail. */
export const waitlistTokenInLink = (hash: string): string | null => /^#token=(wl_[\w-]{43})$/.exec(hash)?.[1] ?? null;

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
