import * as v from 'valibot';
import { effectiveRate } from '../../contracts/autopilot.ts';
import { boardSchema, type Board } from '../../contracts/board.ts';
import type { LaneStats, RoomStats } from '../../contracts/operator-rooms.ts';
import { countAdmissions, countBookings, type RoomRow } from '../../db/queries/operator-rooms.ts';
import { countRevocations } from '../../db/queries/revoked-tickets.ts';
import { isoTime } from '../../platform/clock.ts';
import { parseCoreHealth } from '../../redis/health/core-health.ts';
import { CORE_HEALTH_KEY, laneKeys, roomKeys } from '../../redis/keys.ts';
import type { CoreDeps } from '../deps.ts';

type Deps = Pick<CoreDeps, 'browseSql' | 'redis' | 'clock'>;

/** What Redis says of a room; null when it does not answer. */
type InRedis = {
  board: Board | null;
  lanes: LaneStats[];
  core: RoomStats['core'];
  recovering: boolean;
};

/** A room's counts: the last board beside the limits in force and what was booked. Redis away: its part is empty, and said to be. */
export async function readRoomStats(deps: Deps, row: RoomRow): Promise<RoomStats> {
  const [inRedis, bookings, admittedTotal, revokedTotal] = await Promise.all([
    readRedis(deps, row),
    countBookings(deps.browseSql, row.id),
    countAdmissions(deps.browseSql, row.id),
    countRevocations(deps.browseSql, row.id),
  ]);
  return {
    room: row.id,
    ...ofBoard(inRedis?.board ?? null),
    storeAway: inRedis === null,
    recovering: inRedis?.recovering ?? false,
    ...ofLanes(inRedis?.lanes ?? []),
    admittedTotal,
    revokedTotal,
    newUsersPerMinute: row.newUsersPerMinute,
    effectiveUsersPerMinute: effectiveRate(row),
    autopilotReason: row.mode === 'autopilot' ? (row.autopilot?.reason ?? 'starting') : null,
    totalActiveUsers: row.totalActiveUsers,
    configVersion: row.version,
    message: row.message,
    opensAt: row.opensAt === null ? null : isoTime(row.opensAt.getTime()),
    bookings,
    core: inRedis?.core ?? [],
    now: isoTime(deps.clock.nowMs()),
  };
}

const ofBoard = (board: Board | null) => ({
  phase: board?.phase ?? null,
  tick: board?.tick ?? null,
  at: board === null ? null : isoTime(board.at),
  held: board?.held ?? null,
  active: board?.active ?? 0,
  admittedPerMinute: board?.admittedPerMinute ?? 0,
  remaining: board?.remaining ?? null,
});

function ofLanes(lanes: LaneStats[]) {
  const sum = (count: (lane: LaneStats) => number) => lanes.reduce((total, lane) => total + count(lane), 0);
  return {
    lanes,
    waiting: sum((lane) => lane.waiting),
    ready: sum((lane) => lane.ready),
    late: sum((lane) => lane.late),
  };
}

async function readRedis(deps: Pick<Deps, 'redis'>, row: RoomRow): Promise<InRedis | null> {
  const keys = roomKeys(row.id);
  try {
    const [text, epoch, lines, health, [seconds]] = await Promise.all([
      deps.redis.get(keys.board),
      deps.redis.hget(keys.state, 'epoch'),
      Promise.all(row.lanes.map(({ name }) => readLine(deps, row.id, name))),
      deps.redis.hgetall(CORE_HEALTH_KEY),
      deps.redis.time(),
    ]);
    const board = parseBoard(text);
    const nowMs = Number(seconds) * 1000;
    const lanes = row.lanes.map(({ name, weight }, i): LaneStats => {
      const { waiting = 0, calledTo = '0', admittedTo = '0' } = board?.lanes[name] ?? {};
      return { name, weight, waiting, ...(lines[i] ?? { ready: 0, late: 0 }), calledTo, admittedTo };
    });
    const core = Object.entries(parseCoreHealth(health)).map(([process, { at, ...numbers }]) => ({
      process,
      ageMs: Math.max(0, nowMs - at),
      ...numbers,
    }));
    return { board, lanes, core, recovering: Number(epoch ?? 0) !== row.epoch };
  } catch {
    // Operators need the rest most of all when Redis is away.
    return null;
  }
}

async function readLine(deps: Pick<Deps, 'redis'>, room: string, lane: string) {
  const keys = laneKeys(room, lane);
  const [ready, late] = await Promise.all([deps.redis.zcard(keys.ready), deps.redis.zcard(keys.late)]);
  return { ready, late };
}

function parseBoard(text: string | null): Board | null {
  const result = text === null ? null : v.safeParse(boardSchema, JSON.parse(text));
  return result?.success ? result.output : null;
}
