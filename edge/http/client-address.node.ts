import { isIP, type BlockList } from 'node:net';

/**
 * The visitor's address: the socket's, or, as long as the one who speaks is a trusted proxy, whom it names last in X-Forwarded-For.
 * Read from the right, so that what a visitor wrote into the header counts for nothing. `unknown` for a socket that is gone.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList,
): string {
  let address = plainAddress(socketAddress ?? '');
  if (address === null) return 'unknown';
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',');
  while (hops.length > 0 && isTrusted(trusted, address)) {
    const before = plainAddress(hops.pop()?.trim() ?? '');
    // A proxy that names nobody we can count is counted itself.
    if (before === null) break;
    address = before;
  }
  return address;
}

const isTrusted = (trusted: BlockList, address: string): boolean =>
  trusted.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** Without port, brackets, zone, and IPv4 wrapped into IPv6 (RFC 4291 §2.5.5.2); null for what is no address. */
function plainAddress(text: string): string | null {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withPort = /^(\d+(?:\.\d+){3}):\d+$/.exec(text)?.[1];
  const bare = (bracketed ?? withPort ?? text).replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(bare) === 0 ? null : bare;
}
