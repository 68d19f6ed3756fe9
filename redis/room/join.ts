import { joinLimiterKey } from '../keys.ts';
import type { ScriptClient } from '../script-client.ts';
import { toPlaceFacts, type PlaceFacts } from './place-reply.ts';
import { ticketKeys, type TicketRef } from './ticket-keys.ts';

/** A join: a new ticket id, or a known ticket with its score. `drawFraction` in [0, 1) places a lobby visitor. */
export type JoinRequest = Omit<TicketRef, 'score'> & {
  score?: string;
  drawFraction?: number;
  /** For a new ticket: the client it counts against (an address, IPv6 by /64), and how many joins it may make in a window. */
  limit?: { subject: string; max: number; windowMs: number };
};

/**
 * Takes a place in a lane, or finds the one that the ticket has; the ticket id makes it idempotent. It is never an answer
 * to a call. Refuses: `room_rejecting`, `room_closed`, `lane_unknown`, `room_recovering`,
 * `rate_limited`: then the limiter alone was touched. `ticket_spent` comes as state `spent`.
 */
export async function joinRoom(client: ScriptClient, join: JoinRequest): Promise<PlaceFacts> {
  const { limit } = join;
  const keys = ticketKeys(join);
  const args = [join.ticketId, join.lane, join.score ?? '', join.expMs, join.drawFraction ?? ''];
  if (limit !== undefined) {
    keys.push(joinLimiterKey(join.room, limit.subject));
    args.push(limit.max, limit.windowMs);
  }
  return toPlaceFacts(await client.run('join', keys, args));
}
