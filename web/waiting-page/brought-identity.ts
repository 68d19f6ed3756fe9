/**
 * The identity that the shop sent along, `#identity=<JWT>`; null when there is none. In the fragment, because browsers send it to no
 * server and no log; it is taken out of the address at once, so that nobody passes it on with a link.
 */
export function takeIdentity(at: Pick<Location, 'hash' | 'pathname' | 'search'>, log: Pick<History, 'replaceState'>) {
  const identity = new URLSearchParams(at.hash.slice(1)).get('identity');
  if (identity !== null) log.replaceState(null, '', at.pathname + at.search);
  return identity;
}
