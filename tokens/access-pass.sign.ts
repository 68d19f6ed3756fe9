import { newTicketId } from '../platform/random.ts';
import { signJwt, type SigningKey } from './jwt.ts';
import { ACCESS_PASS, CORE_AUDIENCE } from './kinds.ts';

/** A session to be signed; `sessionEndsAtMs` comes from the claim script. */
export type AccessPass = {
  issuer: string;
  room: string;
  ticketId: string;
  lane: string;
  /** Hash of the identity, as the ticket has it. */
  identity?: string;
  sessionEndsAtMs: number;
  nowMs: number;
};

/** Signs an access pass (EdDSA, until the session's end). Each tab's pass has its own `jti`. Only the edge may call this. */
export const signAccessPass = (key: SigningKey, pass: AccessPass): Promise<string> =>
  signJwt(ACCESS_PASS, key, {
    iss: pass.issuer,
    aud: CORE_AUDIENCE,
    sub: pass.ticketId,
    room: pass.room,
    lane: pass.lane,
    ...(pass.identity === undefined ? {} : { identity: pass.identity }),
    jti: newTicketId(),
    iat: Math.floor(pass.nowMs / 1000),
    exp: Math.floor(pass.sessionEndsAtMs / 1000),
  });
