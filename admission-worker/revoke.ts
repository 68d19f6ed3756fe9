import { markRevoked, type Revocation } from '../db/queries/revoked-tickets.ts';
import { servedLanes, type RoomRow } from '../db/queries/rooms.ts';
import { revokeTicket } from '../redis/room/revoke-ticket.ts';
import type { Stores } from './admit.ts';

/**
 * Takes the tickets that operators revoked out of a room: Redis first, so that none is claimed in between, then the note in Postgres.
 * A crash between the two repeats harmlessly; a room that is lost is restored first and its revocations wait.
 */
export async function revoke({ postgres, scripts }: Stores, room: RoomRow, due: readonly Revocation[]): Promise<void> {
  const { id, epoch } = room;
  const lanes = servedLanes(room);
  for (const revocation of due) {
    if (revocation.room !== room.id) continue;
    if ((await revokeTicket(scripts, { id, epoch, lanes }, revocation)) === 'lost') return;
    await postgres((sql) => markRevoked(sql, revocation));
  }
}
