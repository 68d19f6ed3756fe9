import { asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { ticketKeys, type TicketRef } from './ticket-keys.ts';

/**
 * Gives the place up, or ends the session: the ticket is spent until `expMs`, the slot frees by the next tick. Idempotent.
 * A pass knows no score; its ticket's call was answered long ago. Returns whether anything was there to give up.
 */
export async function leaveRoom(client: ScriptClient, ticket: TicketRef): Promise<boolean> {
  const args = [ticket.ticketId, ticket.lane, ticket.score ?? '', ticket.expMs];
  return asNumber(await client.run('leave', ticketKeys(ticket), args)) === 1;
}
