import type { ScriptClient } from '../script-client.ts';
import { toPlaceFacts, type PlaceFacts } from './place-reply.ts';
import { limiterKeys, type RoomLimit } from './room-limit.ts';
import { ticketKeys, type TicketRef } from './ticket-keys.ts';

/** The exact place (ZRANK), counted against `limit` in the same step. Changes nothing else. Refuses: `room_recovering`, `rate_limited`. */
export async function readPlace(client: ScriptClient, ticket: TicketRef, limit?: RoomLimit): Promise<PlaceFacts> {
  const args = [ticket.ticketId, ticket.lane, ticket.score ?? '', ticket.expMs];
  args.push(limit?.max ?? '', limit?.windowMs ?? '');
  const keys = [...ticketKeys(ticket), ...limiterKeys(ticket.room, limit)];
  return toPlaceFacts(await client.run('read-place', keys, args));
}
