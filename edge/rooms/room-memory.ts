import { BOARD_FRESH_MS, BOARD_STALE_MS } from '../../contracts/board.ts';
import { isRoomId } from '../../contracts/room-settings.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Clock } from '../../platform/clock.ts';
import { readRoomInfo, type RoomInfo } from '../../redis/room/room-info.ts';
import type { ScriptClient } from '../../redis/script-client.ts';
import { createSharedReads } from './shared-reads.ts';

/** A room may be read again this long after the last time, in ms, even when the board is late: it bounds reads per isolate. */
export const READ_GAP_MS = 250;
/** A room is read again at the latest after this long, in ms: settings and board change about once a second. */
const READ_AGAIN_MS = 1000;

export type RoomMemory = {
  /** Settings and board, at most about a second old. Throws `room_not_found`, `room_recovering`, `store_unavailable`. */
  read(store: ScriptClient, room: string): Promise<RoomInfo>;
  /** The same, but with `stale: true` on a board that is old, or the last one known while the store is away. */
  readOrLast(store: ScriptClient, room: string): Promise<RoomInfo>;
  /** What this isolate last saw, however old. */
  last(room: string): RoomInfo | undefined;
};

/**
 * One isolate's memory of its rooms: Redis is read per tick and isolate, not per visitor (WAITING-ROOM §4). `onRead` hears of each
 * board that came from the store, once.
 */
export function createRoomMemory(clock: Clock, onRead: (room: string, info: RoomInfo) => Promise<void>): RoomMemory {
  const rooms = createSharedReads<RoomInfo>({ clock, isFresh: isFreshRoom, failureMs: READ_GAP_MS });
  const read = (store: ScriptClient, room: string): Promise<RoomInfo> => {
    if (!isRoomId(room)) throw new OperatingError('room_not_found');
    return rooms.get(room, async () => {
      const info = await readRoomInfo(store, room);
      await onRead(room, info);
      return info;
    });
  };
  return {
    read: async (store, room) => read(store, room),
    async readOrLast(store, room) {
      try {
        const info = await read(store, room);
        return clock.nowMs() - info.board.at > BOARD_STALE_MS ? asStale(info) : info;
      } catch (error) {
        const last = rooms.last(room);
        if (last === undefined || !isAbsence(error)) throw error;
        return asStale(last);
      }
    },
    last: (room) => rooms.last(room),
  };
}

/** The board is as it was, and says so: the store is away, or answers while nobody ticks. */
function asStale(info: RoomInfo): RoomInfo {
  const board = { ...info.board, stale: true };
  return { ...info, board, boardJson: JSON.stringify(board) };
}

/**
 * A board is the newest there can be until a second after its tick; from then on it is looked for every `READ_GAP_MS` until the
 * next one shows up. The clocks of Redis and edge may differ, so the time since the last read bounds both.
 */
function isFreshRoom(info: RoomInfo, readAtMs: number, nowMs: number): boolean {
  const sinceRead = nowMs - readAtMs;
  return sinceRead < READ_GAP_MS || (sinceRead < READ_AGAIN_MS && nowMs - info.board.at < BOARD_FRESH_MS / 2);
}

const isAbsence = (error: unknown): boolean =>
  error instanceof OperatingError && (error.code === 'store_unavailable' || error.code === 'room_recovering');
