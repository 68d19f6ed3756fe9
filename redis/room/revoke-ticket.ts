import { accessKey, roomKeys } from '../keys.ts';
import { asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { laneKeyList } from './tick-room.ts';

/** Takes a ticket out of a room, whatever its lane and state. `lost`: Redis has no state of this epoch. */
export async function revokeTicket(
  client: ScriptClient,
  room: { id: string; epoch: number; lanes: readonly string[] },
  ticket: { ticketId: string; expMs: number },
): Promise<'revoked' | 'lost'> {
  const keys = roomKeys(room.id);
  const lanes = room.lanes.flatMap((lane) => laneKeyList(room.id, lane));
  const own = [keys.state, keys.live, keys.spent, keys.facts, accessKey(room.id, ticket.ticketId)];
  const reply = await client.run('revoke', [...own, ...lanes], [room.epoch, ticket.ticketId, ticket.expMs]);
  return asNumber(reply) === 1 ? 'revoked' : 'lost';
}
