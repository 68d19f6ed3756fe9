import type { ScriptClient } from '../script-client.ts';
import { toPlaceFacts, type PlaceFacts } from './place-reply.ts';
import { identityKeys, ticketKeys, type TicketRef } from './ticket-keys.ts';

/**
 * The visitor's one question (WAITING-ROOM §1): first answer, repeated answer and, when `claims`, the claim of a committed
 * access key, which begins the session and spends the ticket. `active` with `untilMs` = mint a pass; a second tab gets the same
 * session. `spent` also when another ticket of the same identity goes before it. Refuses: `room_recovering`.
 */
export async function answerCall(client: ScriptClient, ticket: TicketRef, claims: boolean): Promise<PlaceFacts> {
  const args = [ticket.ticketId, ticket.lane, ticket.score ?? '', ticket.expMs, claims ? 1 : 0];
  return toPlaceFacts(await client.run('answer', [...ticketKeys(ticket), ...identityKeys(ticket)], args));
}
