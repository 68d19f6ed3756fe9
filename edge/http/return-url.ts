import { OperatingError } from '../../platform/operating-error.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import type { EdgeContext } from './context.ts';

/**
 * Where `?return=` wants the visitor to go once they are in: an address of ours, or of a host that the room allows; null when nothing is
 * asked for. Judged as the URL it parses to, so that no spelling leads elsewhere. Throws `return_url_refused`.
 */
export function returnUrl(c: EdgeContext, info: Pick<RoomInfo, 'allowedReturnHosts'>): string | null {
  const wished = c.req.query('return');
  if (wished === undefined) return null;
  const { origin } = c.get('ports').config;
  const url = URL.canParse(wished, origin) ? new URL(wished, origin) : null;
  if (url === null || !isAllowed(url, origin, info.allowedReturnHosts)) throw new OperatingError('return_url_refused');
  return url.href;
}

function isAllowed(url: URL, origin: string, hosts: readonly string[]): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === origin) return true;
  // Plain http would give away where a buyer is; development, itself on plain http, may.
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && origin.startsWith('http:'));
  return isSafe && hosts.includes(url.host);
}

/** The query that carries a return address on to the next address of the same visit; empty when there is none. */
export const returnQuery = (url: string | null): string => (url === null ? '' : `?return=${encodeURIComponent(url)}`);
