import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import { lockRoom } from '../../db/queries/operator-rooms.ts';
import { revokeToken } from '../../db/queries/operator-tokens.ts';
import { insertRevocation } from '../../db/queries/revoked-tickets.ts';
import { isoTime } from '../../platform/clock.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Changer } from './change-room.ts';

/** A queue ticket lives a day, an operator token half of one (DESIGN §5): after that a revocation is of no use. */
const TICKET_LIFE_MS = 24 * 3_600_000;
const OPERATOR_TOKEN_LIFE_MS = 12 * 3_600_000;

/**
 * Takes a ticket out of a room: its place, its key, its session. Noted here, done by the admission worker's next round. Asked twice,
 * it is noted once. Refuses `room_not_found`. Whether such a ticket was ever given out is not known here.
 */
export async function revokeTicket(
  tx: Transaction,
  room: string,
  ticketId: string,
  { actor, nowMs }: Changer,
): Promise<{ room: string; ticketId: string }> {
  if ((await lockRoom(tx, room)) === null) throw new OperatingError('room_not_found');
  const isNew = await insertRevocation(tx, { room, ticketId, expMs: nowMs + TICKET_LIFE_MS }, actor);
  const entry = { id: newId(), actor, action: 'room.revoke', subject: `room:${room}` };
  if (isNew) await insertAudit(tx, { ...entry, before: null, after: { ticketId } });
  return { room, ticketId };
}

/** Makes an operator token useless before its end, everywhere within a second. */
export async function revokeOperatorToken(
  tx: Transaction,
  jti: string,
  { actor, nowMs }: Changer,
): Promise<{ jti: string }> {
  const isNew = await revokeToken(tx, jti, isoTime(nowMs + OPERATOR_TOKEN_LIFE_MS), actor);
  const entry = { id: newId(), actor, action: 'operator.revoke', subject: `operator-token:${jti}` };
  if (isNew) await insertAudit(tx, { ...entry, before: null, after: null });
  return { jti };
}
