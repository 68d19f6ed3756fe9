import { accessKey, identityKey, laneKeys, roomKeys } from '../keys.ts';

/** One verified ticket, as the personal scripts take it. `score` is absent while only the draw can tell it, `identity` (a hash) unless it has one. */
export type TicketRef = {
  room: string;
  ticketId: string;
  lane: string;
  score?: string;
  expMs: number;
  identity?: string;
};

/** KEYS of the personal room scripts, in the order that `includes/room.lua` names them. */
export function ticketKeys(ticket: Pick<TicketRef, 'room' | 'lane' | 'ticketId'>): string[] {
  const room = roomKeys(ticket.room);
  const lane = laneKeys(ticket.room, ticket.lane);
  return [
    room.config,
    room.state,
    room.live,
    room.spent,
    room.facts,
    lane.waiting,
    lane.ready,
    lane.readySeen,
    lane.late,
    lane.calls,
    lane.answers,
    accessKey(ticket.room, ticket.ticketId),
  ];
}

/** The key of the ticket's identity, where it has one: it stands last. */
export const identityKeys = ({ room, identity }: Pick<TicketRef, 'room' | 'identity'>): string[] =>
  identity === undefined ? [] : [identityKey(room, identity)];
