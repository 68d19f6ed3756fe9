import type { Round } from '../../contracts/rounds.ts';
import type { ScriptClient } from '../script-client.ts';
import { toPlaceFacts, type PlaceFacts } from './place-reply.ts';
import { limiterKeys, type RoomLimit } from './room-limit.ts';
import { identityKeys, ticketKeys, type TicketRef } from './ticket-keys.ts';

/** Draws in [0, 1) for three minutes, the first of them named: the edge can't know for sure which one Redis is in. */
export type RoundDraws = { minute: number; draws: readonly number[] };

/** A join: a new ticket id, or a known ticket with its score. `drawFraction` in [0, 1) places a lobby visitor. */
export type JoinRequest = Omit<TicketRef, 'score'> & {
  score?: string;
  drawFraction?: number;
  /** Of a known ticket that was drawn in a round. */
  round?: Round;
  /** For a new ticket of a room that draws rounds. */
  roundDraws?: RoundDraws;
  /** What it counts against: `join` a new ticket's client (an address, IPv6 by /64), `again` a known ticket. */
  limit?: RoomLimit;
};

/**
 * Takes a place in a lane, or finds the one that the ticket has; the ticket id makes it idempotent. It is never an answer
 * to a call. Refuses: `room_rejecting`, `room_closed`, `lane_unknown`, `room_recovering`,
 * `rate_limited`, `identity_in_line` (another ticket has the identity): then the limiter alone was touched. `ticket_spent` comes as
 * state `spent`, also when another ticket of the same identity goes before it.
 */
export async function joinRoom(client: ScriptClient, join: JoinRequest): Promise<PlaceFacts> {
  const { limit, roundDraws } = join;
  const keys = [...ticketKeys(join), ...limiterKeys(join.room, limit), ...identityKeys(join)];
  const place = [join.ticketId, join.lane, join.score ?? '', join.expMs, join.drawFraction ?? ''];
  const whose = limit?.name === 'join' ? 'new' : 'known';
  const bound = [limit?.max ?? '', limit?.windowMs ?? '', join.identity === undefined ? '' : whose];
  const rounds = [join.round?.minute ?? roundDraws?.minute ?? '', ...(roundDraws?.draws ?? [])];
  const args = [...place, ...bound, ...rounds];
  return toPlaceFacts(await client.run('join', keys, args));
}
