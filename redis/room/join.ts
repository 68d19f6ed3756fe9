import type { ScriptClient } from '../script-client.ts';
import { toPlaceFacts, type PlaceFacts } from './place-reply.ts';
import { ticketKeys, type TicketRef } from './ticket-keys.ts';

/** A join: a new ticket id, or a known ticket with its score. `drawFraction` in [0, 1) places a lobby visitor. */
export type JoinRequest = Omit<TicketRef, 'score'> & { score?: string; drawFraction?: number };

/**
 * Takes a place in a lane, or finds the one that the ticket has; the ticket id makes it idempotent. It is never an answer
 * to a call. Refuses: `room_rejecting`, `room_closed`, `lane_unknown`, `room_recovering`. `ticket_spent` comes as state `spent`.
 */
export async function joinRoom(client: ScriptClient, join: JoinRequest): Promise<PlaceFacts> {
  const args = [join.ticketId, join.lane, join.score ?? '', join.expMs, join.drawFraction ?? ''];
  return toPlaceFacts(await client.run('join', ticketKeys(join), args));
}
