import type { Transaction } from '../connect.ts';

/** Events whose documents one turn writes: some tens of milliseconds. */
const EVENTS_A_TURN = 200;

/**
 * Writes the documents of some events of a venue that was changed and has many (migration 0051). Returns how many; 0 when no such work is
 * left. Locks the row of the work first, as the change of a venue does, then the events; another process takes another venue. READ
 * COMMITTED: a venue changed meanwhile begins its work anew.
 */
export async function writeVenueDocuments(tx: Transaction): Promise<number> {
  const [work] = await tx<{ venueId: string; afterEventId: string }[]>`
    SELECT venue_id AS "venueId", after_event_id AS "afterEventId" FROM venue_search_work
    ORDER BY venue_id LIMIT 1 FOR UPDATE SKIP LOCKED`;
  if (work === undefined) return 0;
  const { venueId, afterEventId } = work;
  const rows = await tx<{ id: string }[]>`
    SELECT id FROM events WHERE venue_id = ${venueId} AND id COLLATE "C" > ${afterEventId} COLLATE "C"
    ORDER BY id COLLATE "C" LIMIT ${EVENTS_A_TURN}`;
  const last = rows.at(-1);
  if (last !== undefined) await tx`SELECT refresh_event_search(${rows.map(({ id }) => id)})`;
  if (last === undefined || rows.length < EVENTS_A_TURN)
    await tx`DELETE FROM venue_search_work WHERE venue_id = ${venueId}`;
  else await tx`UPDATE venue_search_work SET after_event_id = ${last.id} WHERE venue_id = ${venueId}`;
  return rows.length;
}
