import type { ScriptClient } from '../script-client.ts';
import { toPlaceFacts, type PlaceFacts } from './place-reply.ts';
import { ticketKeys, type TicketRef } from './ticket-keys.ts';

/** The exact place (ZRANK). Changes nothing; callers limit its rate. Refuses: `room_recovering`. */
export async function readPlace(client: ScriptClient, ticket: TicketRef): Promise<PlaceFacts> {
  const args = [ticket.ticketId, ticket.lane, ticket.score ?? '', ticket.expMs];
  return toPlaceFacts(await client.run('read-place', ticketKeys(ticket), args));
}
