import type { Route } from '../../contracts/routes.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import { clientSubject } from '../../platform/client-subject.ts';
import type { EdgeContext } from '../http/context.ts';
import { withDeadline } from '../../redis/store-deadline.ts';

/** Looks one client address may take a minute. Several people may share one, and a page of the shop takes about ten. */
const LOOKS_PER_MINUTE = 1200;
const MINUTE_MS = 60_000;
/** How long the count may take, in ms: whoever looks is not to wait for a store that hangs. */
const COUNT_WITHIN_MS = 200;

/** Whether a route is open to everybody who looks: events, performances, seat maps, availability. */
export const isBrowsing = ({ method, credentials }: Route): boolean => method === 'GET' && credentials.includes('none');

/**
 * Counts a look against the client's address (IPv6 by /64). Throws `rate_limited` with `Retry-After`. While the store is away
 * nobody is counted: what is free then comes from Postgres, whose pool for browsing is small (DESIGN §6).
 */
export async function limitBrowsing(c: EdgeContext): Promise<void> {
  const { clientAddress, clock } = c.get('ports');
  const subject = clientSubject(clientAddress(c.req.raw));
  try {
    const store = withDeadline(c.get('store'), clock, COUNT_WITHIN_MS);
    const result = await takeLimit(store, { name: 'browse', subject, max: LOOKS_PER_MINUTE, windowMs: MINUTE_MS });
    if (!result.allowed) throw new OperatingError('rate_limited', { retryAfterSeconds: result.retryAfterMs / 1000 });
  } catch (error) {
    if (!(error instanceof OperatingError && error.code === 'store_unavailable')) throw error;
  }
}
