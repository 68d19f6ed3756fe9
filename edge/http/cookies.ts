import { getCookie } from 'hono/cookie';
import type { EdgeConfig } from '../ports.ts';
import { noteCookie } from './answer.ts';
import type { EdgeContext } from './context.ts';

/** The cookies of a room that our pages carry; like the account's, they are unreadable for scripts (DESIGN §6). */
export type CookieKind = 'ticket' | 'pass';

/**
 * A cookie's name. Over https the `__Host-` prefix binds it to this host; plain http (development) can't have the prefix, and
 * there the instance keeps two stacks on one host apart, since cookies know no ports. Room names contain no dot.
 */
export function cookieName(config: EdgeConfig, kind: CookieKind, room: string): string {
  return isSecure(config) ? `__Host-onsale-${kind}-${room}` : `onsale-${kind}-${room}.${config.instance}`;
}

/** The value of a room's cookie, or null. */
export function readCookie(c: EdgeContext, kind: CookieKind, room: string): string | null {
  return getCookie(c, cookieName(c.get('ports').config, kind, room)) || null;
}

/** The rooms for which this request carries a cookie of the kind. */
export function cookieRooms(c: EdgeContext, kind: CookieKind): string[] {
  const [before = '', after = ''] = cookieName(c.get('ports').config, kind, '|').split('|');
  return Object.entries(getCookie(c))
    .filter(([name, value]) => value !== '' && name.startsWith(before) && name.endsWith(after))
    .map(([name]) => name.slice(before.length, name.length - after.length))
    .filter((room) => room !== '');
}

/** Sets a room's cookie until `endsAtMs`. Lax, because the payment provider's page sends buyers back to us. */
export function putCookie(c: EdgeContext, kind: CookieKind, room: string, value: string, endsAtMs: number): void {
  const { config, clock } = c.get('ports');
  const maxAge = Math.max(0, Math.floor((endsAtMs - clock.nowMs()) / 1000));
  noteCookie(c, cookieName(config, kind, room), value, { ...attributes(config), maxAge });
}

/** Takes a room's cookie away. */
export function clearCookie(c: EdgeContext, kind: CookieKind, room: string): void {
  const { config } = c.get('ports');
  noteCookie(c, cookieName(config, kind, room), '', { ...attributes(config), maxAge: 0 });
}

/** The cookie of an account's session: one for all rooms. */
export const accountCookieName = (config: EdgeConfig): string =>
  isSecure(config) ? '__Host-onsale-account' : `onsale-account.${config.instance}`;

/** The value of the account cookie, or null. */
export const readAccountCookie = (c: EdgeContext): string | null =>
  getCookie(c, accountCookieName(c.get('ports').config)) || null;

/** Sets the account cookie until `endsAtMs`. Lax, so that who comes from a mail or the payment provider is still signed in. */
export function putAccountCookie(c: EdgeContext, value: string, endsAtMs: number): void {
  const { config, clock } = c.get('ports');
  const maxAge = Math.max(0, Math.floor((endsAtMs - clock.nowMs()) / 1000));
  noteCookie(c, accountCookieName(config), value, { ...attributes(config), maxAge });
}

/** Takes the account cookie away. */
export function clearAccountCookie(c: EdgeContext): void {
  const { config } = c.get('ports');
  noteCookie(c, accountCookieName(config), '', { ...attributes(config), maxAge: 0 });
}

const attributes = (config: EdgeConfig) =>
  ({ path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure(config) }) as const;

const isSecure = (config: EdgeConfig): boolean => config.origin.startsWith('https:');
