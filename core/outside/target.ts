import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/**
 * Why nothing may be sent to this address, or null. Only https to public hosts, except to the hosts that the configuration names.
 * Looks at the address alone: what a name resolves to is judged when it is connected to.
 */
export function refuseTarget(address: string, privateHosts: readonly string[]): string | null {
  if (!URL.canParse(address)) return 'must be a whole address';
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https';
  if (privateHosts.includes(url.hostname)) return null;
  if (url.protocol !== 'https:') return 'must begin with https';
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) return 'is not the address of a public host';
  if (isIP(host) === 0 && !host.includes('.')) return 'names no public host';
  return null;
}
