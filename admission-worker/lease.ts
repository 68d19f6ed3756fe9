import { leaseNumbers, type RoomRow } from '../db/queries/rooms.ts';
import { extendLease } from '../redis/room/configure-room.ts';
import type { TickResult } from '../redis/room/tick-room.ts';
import type { Stores } from './admit.ts';

/** Numbers leased at once: at half use the next block is taken, and half a block lasts seconds at the fastest joining we know. */
export const LEASE_BLOCK = 1_000_000;

/** Keeps every lane's counter ahead of need: Postgres first, then Redis, so that no number is given out twice after a loss. */
export async function keepLeased({ postgres, scripts }: Stores, room: RoomRow, result: TickResult): Promise<void> {
  for (const [lane, numbers] of Object.entries(result.lanes)) {
    if (numbers.leasedTo - numbers.counter > LEASE_BLOCK / 2) continue;
    const leasedTo = numbers.leasedTo + LEASE_BLOCK;
    if (await postgres((sql) => leaseNumbers(sql, room.id, room.epoch, lane, leasedTo)))
      await extendLease(scripts, room.id, room.epoch, lane, leasedTo);
  }
}
