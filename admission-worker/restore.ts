import { readRestoreFacts } from '../db/queries/restore-facts.ts';
import { servedLanes, takeEpoch, type RoomRow, type TakenEpoch } from '../db/queries/rooms.ts';
import { restoreRoom, type RestoreFacts } from '../redis/room/restore-room.ts';
import type { Stores } from './admit.ts';
import { LEASE_BLOCK } from './lease.ts';
import { lostTickets } from './lost-tickets.ts';
import { toRoomConfig } from './room-config.ts';

/**
 * Puts a room into Redis: at its first start, or after Redis lost it (WAITING-ROOM §5). Workers race for the epoch in Postgres and
 * one wins; the others see the new epoch in their next round. Returns the epoch, or null when another worker is doing it.
 */
export async function restore(stores: Stores, room: RoomRow): Promise<number | null> {
  const lanes = servedLanes(room);
  const taken = await takeEpoch(stores.sql, room.id, room.epoch, lanes, LEASE_BLOCK);
  if (taken === null) return null;
  await restoreRoom(stores.scripts, room.id, taken.epoch, await toFacts(stores, room, taken));
  return taken.epoch;
}

async function toFacts({ sql }: Stores, room: RoomRow, { leasedTo }: TakenEpoch): Promise<RestoreFacts> {
  const written = await readRestoreFacts(sql, room.id);
  return {
    tick: room.tick,
    opened: room.opened,
    config: await toRoomConfig(room),
    lanes: written.lanes.map((lane) => ({
      name: lane.lane,
      // The block leased with this epoch is its own; what lies below may have been given out.
      counter: (leasedTo.get(lane.lane) ?? lane.leasedTo) - LEASE_BLOCK,
      leasedTo: leasedTo.get(lane.lane) ?? lane.leasedTo,
      base: lane.base,
      calledTo: lane.calledTo,
      nearTo: lane.nearTo,
      admittedTo: lane.admittedTo,
      lateTo: lane.lateTo,
      show: lane.show,
      lost: lostTickets(lane, (leasedTo.get(lane.lane) ?? lane.leasedTo) - LEASE_BLOCK),
    })),
    live: written.live.map(({ id, untilMs, claimed, lane, strikes }) => [
      id,
      untilMs,
      claimed ? 'session' : 'key',
      lane,
      strikes,
    ]),
    spent: written.spent.map(({ id, expMs }) => [id, expMs]),
    admitted: written.admitted.map(({ atMs, count }) => [atMs, count]),
  };
}
