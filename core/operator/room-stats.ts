import * as v from 'valibot';
import { boardSchema, type Board } from '../../contracts/board.ts';
import type { RoomStats } from '../../contracts/room-settings.ts';
import { countAdmissions, countBookings, type RoomRow } from '../../db/queries/operator-rooms.ts';
import { isoTime } from '../../platform/clock.ts';
import { laneKeys, roomKeys } from '../../redis/keys.ts';
import type { CoreDeps } from '../deps.ts';

/** A room's counts: the last board beside the limits in force and what was booked. Redis away: the board's part is empty. */
export async function readRoomStats(
  deps: Pick<CoreDeps, 'browseSql' | 'redis' | 'clock'>,
  row: RoomRow,
): Promise<RoomStats> {
  const [inLine, bookings, admittedTotal] = await Promise.all([
    readLine(deps, row),
    countBookings(deps.browseSql, row.id),
    countAdmissions(deps.browseSql, row.id),
  ]);
  const { board, ready, late } = inLine;
  const waiting = Object.values(board?.lanes ?? {}).reduce((sum, lane) => sum + lane.waiting, 0);
  return {
    room: row.id,
    phase: board?.phase ?? null,
    tick: board?.tick ?? null,
    at: board === null ? null : isoTime(board.at),
    held: board?.held ?? null,
    waiting,
    ready,
    late,
    active: board?.active ?? 0,
    admittedPerMinute: board?.admittedPerMinute ?? 0,
    admittedTotal,
    newUsersPerMinute: row.newUsersPerMinute,
    totalActiveUsers: row.totalActiveUsers,
    configVersion: row.version,
    bookings,
    now: isoTime(deps.clock.nowMs()),
  };
}

async function readLine(
  deps: Pick<CoreDeps, 'redis'>,
  row: RoomRow,
): Promise<{ board: Board | null; ready: number; late: number }> {
  try {
    const [text, ...sizes] = await Promise.all([deps.redis.get(roomKeys(row.id).board), ...laneSizes(deps, row)]);
    const sum = (from: number) => sizes.filter((_, i) => i % 2 === from).reduce((total, size) => total + size, 0);
    return { board: parseBoard(text), ready: sum(0), late: sum(1) };
  } catch {
    // Operators need the rest most of all when Redis is away.
    return { board: null, ready: 0, late: 0 };
  }
}

const laneSizes = (deps: Pick<CoreDeps, 'redis'>, row: RoomRow): Promise<number>[] =>
  row.lanes.flatMap(({ name }) => {
    const keys = laneKeys(row.id, name);
    return [deps.redis.zcard(keys.ready), deps.redis.zcard(keys.late)];
  });

function parseBoard(text: string | null): Board | null {
  const result = text === null ? null : v.safeParse(boardSchema, JSON.parse(text));
  return result?.success ? result.output : null;
}
