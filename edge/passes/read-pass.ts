import type { AccessPassClaims } from '../../contracts/token-claims.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { bearerToken } from '../http/bearer.ts';
import type { EdgeContext } from '../http/context.ts';
import { clearCookie, cookieRooms, readCookie } from '../http/cookies.ts';

/** A checked access pass and how it came. That its session still lives only core's hold script knows. */
export type Pass = { token: string; claims: AccessPassClaims; via: 'bearer' | 'cookie' };

/**
 * The request's access pass: Bearer, else the cookie of `room`, else the only pass cookie there is. Throws `room_required` (several
 * cookies and no room named), `not_admitted` (none, or another room's), `pass_invalid` (forged), `session_ended`; a refused cookie
 * is taken away. No store and no core is asked.
 */
export async function requirePass(c: EdgeContext, room: string | undefined): Promise<Pass> {
  const bearer = bearerToken(c);
  if (bearer !== null) return { token: bearer, claims: await check(c, bearer, room), via: 'bearer' };
  const cookieRoom = room ?? onlyRoom(cookieRooms(c, 'pass'));
  const token = cookieRoom === undefined ? null : readCookie(c, 'pass', cookieRoom);
  if (cookieRoom === undefined || token === null) throw new OperatingError('not_admitted');
  try {
    return { token, claims: await check(c, token, cookieRoom), via: 'cookie' };
  } catch (error) {
    if (error instanceof OperatingError) clearCookie(c, 'pass', cookieRoom);
    throw error;
  }
}

async function check(c: EdgeContext, token: string, room: string | undefined): Promise<AccessPassClaims> {
  const { keys, clock } = c.get('ports');
  const result = await keys.checkPass(token, clock.nowMs());
  if (!result.ok) throw new OperatingError(result.reason === 'expired' ? 'session_ended' : 'pass_invalid');
  if (room !== undefined && result.claims.room !== room) throw new OperatingError('not_admitted');
  return result.claims;
}

function onlyRoom(rooms: string[]): string | undefined {
  if (rooms.length > 1) throw new OperatingError('room_required');
  return rooms[0];
}
