import { accessKey, laneKeys, roomKeys } from '../keys.ts';
import { asList } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { toPlaceFacts, type PlaceFacts } from './place-reply.ts';
import type { TicketRef } from './ticket-keys.ts';

/** Tickets one call takes at most: about 2 ms of script time. */
export const MAX_ANSWERS = 200;

/**
 * The `here` messages of one lane in one script; answers without claiming (WAITING-ROOM §8). At most `MAX_ANSWERS` tickets of
 * one room and lane, replies in their order.
 */
export async function answerMany(
  client: ScriptClient,
  room: string,
  laneName: string,
  tickets: TicketRef[],
): Promise<PlaceFacts[]> {
  if (tickets.length > MAX_ANSWERS) throw new RangeError(`at most ${MAX_ANSWERS} answers at once`);
  const keys = roomKeys(room);
  const lane = laneKeys(room, laneName);
  const names = [
    keys.config,
    keys.state,
    keys.live,
    keys.spent,
    keys.facts,
    lane.waiting,
    lane.ready,
    lane.readySeen,
    lane.late,
    lane.calls,
    lane.answers,
    ...tickets.map((ticket) => accessKey(room, ticket.ticketId)),
  ];
  const args = [laneName, ...tickets.flatMap((ticket) => [ticket.ticketId, ticket.score ?? '', ticket.expMs])];
  return asList(await client.run('answer-many', names, args)).map(toPlaceFacts);
}
