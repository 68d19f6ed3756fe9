import type { RoomInfo } from '../../redis/room/room-info.ts';
import type { EdgeContext } from '../http/context.ts';
import { repeatableTicketId } from '../identity/hash-identity.ts';
import type { Ticket } from './read-ticket.ts';

/** What nobody guesses: a UUID has 36 characters. A key of another shape is not looked at. */
const KEY = /^[\x21-\x7e]{16,255}$/;

/**
 * The ticket id of a new join that its sender may repeat with the same `Idempotency-Key`, when its answer was lost (ADR 7); null without a
 * key. Only with an identity: without one nothing stands in the way of another join, and a key that many use would give them one ticket.
 */
export async function repeatableId(
  c: EdgeContext,
  info: RoomInfo,
  { lane, identity }: Pick<Ticket, 'lane' | 'identity'>,
): Promise<string | null> {
  if (identity === undefined) return null;
  const key = c.req.header('Idempotency-Key');
  if (key === undefined || !KEY.test(key)) return null;
  return repeatableTicketId(c.get('ports').config.coreSecret, { room: info.board.room, lane, identity, key });
}
