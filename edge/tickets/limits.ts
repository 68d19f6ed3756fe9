import { OperatingError } from '../../platform/operating-error.ts';
import type { RoomLimit } from '../../redis/room/room-limit.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import { clientSubject } from '../../platform/client-subject.ts';
import type { EdgeContext } from '../http/context.ts';

/** Exact looks a ticket may take a minute: the board tells the same for nothing, so this serves reloads (WAITING-ROOM §4). */
const LOOKS_PER_MINUTE = 30;
/**
 * Joins with a ticket that has its place already, a minute: reloads, tabs and retries of one visitor, with room for a burst of a hundred.
 * One script each and no number of the lane, so the bound only keeps a single ticket from being a load.
 */
const RETURNS_PER_MINUTE = 300;
/** Codes of lanes that a client's address may try a minute: a shared office types them, a guesser needs millions. */
const CODES_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

/** What a new join counts against: the client's address (IPv6 by /64), in this room. The join script judges it. */
export function joinLimit(c: EdgeContext, joinsPerClientPerMinute: number): RoomLimit {
  const subject = clientSubject(c.get('ports').clientAddress(c.req.raw));
  return { name: 'join', subject, max: joinsPerClientPerMinute, windowMs: MINUTE_MS };
}

/** What an exact look counts against: the ticket. The script that looks judges it. */
export const lookLimit = (ticketId: string): RoomLimit => ({
  name: 'me',
  subject: ticketId,
  max: LOOKS_PER_MINUTE,
  windowMs: MINUTE_MS,
});

/** What a join with a known ticket counts against: the ticket. The join script judges it. */
export const returnLimit = (ticketId: string): RoomLimit => ({
  name: 'again',
  subject: ticketId,
  max: RETURNS_PER_MINUTE,
  windowMs: MINUTE_MS,
});

/** Counts a try at a lane's code against the client's address. Throws `rate_limited` with `Retry-After`. */
export async function limitCodes(c: EdgeContext): Promise<void> {
  const subject = clientSubject(c.get('ports').clientAddress(c.req.raw));
  const limit = { name: 'code', subject, max: CODES_PER_MINUTE, windowMs: MINUTE_MS };
  const result = await takeLimit(c.get('store'), limit);
  if (!result.allowed) throw new OperatingError('rate_limited', { retryAfterSeconds: result.retryAfterMs / 1000 });
}
