/** The door's token lives in the tab only: closing it signs out. */
const KEY = 'onsale-door-token';

/** The token given in this tab; null when there is none. */
export function keptDoorToken(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Keeps a token for this tab; null forgets it. */
export function keepDoorToken(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // Storage may be forbidden; the running page still knows it.
  }
}
