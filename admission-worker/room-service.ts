import { pingDatabase } from '../db/queries/ping.ts';
import { leaseLanes, servedLanes, type RoomRow } from '../db/queries/rooms.ts';
import { OperatingError } from '../platform/operating-error.ts';
import { addLane, configureRoom } from '../redis/room/configure-room.ts';
import { holdRoom } from '../redis/room/hold-room.ts';
import { admit, type AdmitOutcome, type Stores } from './admit.ts';
import { createPostgresGate } from './ask-postgres.ts';
import type { AutopilotStep } from './autopilot.ts';
import type { Directory, Worker } from './directory.ts';
import { keepLeased, LEASE_BLOCK } from './lease.ts';
import { createRedisJudge, type RedisJudge } from './redis-judge.ts';
import { restore } from './restore.ts';
import { revoke } from './revoke.ts';
import { toRoomConfig } from './room-config.ts';
import { steer } from './steer.ts';

/** Serves one room, a step per tick. */
export type RoomService = {
  /** One step: settings, revocations, the tick. A part that is away shows on the board; it never throws for that. */
  step(): Promise<void>;
};

/** What this process knows of its room beyond the directory. */
type Room = Stores & {
  worker: Worker;
  judge: RedisJudge;
  /** The settings that were copied to Redis last, so that an unchanged room costs no call. */
  copied: { epoch: number; version: number } | null;
  /** The epoch that this process itself took; the directory hears of it a moment later. */
  own: { epoch: number; redisRunId: string | null } | null;
};

/** Ticks that Redis's clock may lie behind the last one before somebody should know. */
const MAX_AHEAD_TICKS = 2;

/** A service for one room of the directory; it has a door to Postgres of its own, so that no other room waits for this one. */
export function createRoomService(worker: Worker, directory: Directory, id: string): RoomService {
  const gate = createPostgresGate(worker.pool);
  const { scripts, log } = worker;
  const room: Room = { postgres: gate.ask, scripts, worker, judge: createRedisJudge(), copied: null, own: null };
  return {
    async step() {
      const row = directory.find(id);
      if (row === undefined) return;
      try {
        // While Postgres does not answer no tick is begun that could not be written.
        if (gate.isAway()) await gate.ask(pingDatabase);
        await serve(room, room.own !== null && room.own.epoch > row.epoch ? { ...row, ...room.own } : row, directory);
      } catch (error) {
        log.error({ err: error, room: id }, gate.isAway() ? 'Postgres is away: nobody is let in' : 'the tick failed');
        if (gate.isAway()) await hold(room, id, 'postgres');
      }
    },
  };
}

async function serve(room: Room, row: RoomRow, directory: Directory): Promise<void> {
  const there = await copyConfig(room, row);
  if (!directory.isCoreThere()) {
    await hold(room, row.id, 'core');
    return;
  }
  if (!there) return recover(room, row);
  await revoke(room, row, directory.dueIn(row.id));
  const pilot = await steer(room.scripts, row, directory.core());
  const outcome = await tick(room, row, pilot);
  // A tick that somebody left behind is an old one: the room goes on at once, or its board would be old as well.
  if (outcome.status === 'admitted' && outcome.leftBehind) await tick(room, row, pilot);
}

async function tick(room: Room, row: RoomRow, pilot: AutopilotStep | null): Promise<AdmitOutcome> {
  const { worker } = room;
  // Judged in the same turn in which the tick is sent, so that both concern the same connection.
  const runId = worker.redisRunId();
  if (runId === undefined) throw new OperatingError('store_unavailable', {}, { message: 'which Redis is it?' });
  const verdict = room.judge(row.epoch, row.redisRunId, runId);
  if (verdict === 'too_often') worker.log.error({ room: row.id }, ANOTHER_REDIS_TOO_OFTEN);
  if (verdict === 'another') worker.log.warn({ room: row.id }, ANOTHER_REDIS);
  const outcome = verdict === 'another' ? LOST : await admit(room, row, runId, pilot);
  switch (outcome.status) {
    case 'lost':
      await recover(room, row);
      break;
    case 'stale':
      // Somebody else took an epoch, or Postgres itself went back: what the directory says next counts.
      room.own = null;
      break;
    case 'skipped':
      if (outcome.aheadTicks > MAX_AHEAD_TICKS)
        worker.log.error({ room: row.id, aheadTicks: outcome.aheadTicks }, CLOCK_WENT_BACK);
      break;
    case 'admitted':
      // A copy of Redis from within the same second passes for whole, but may hold older settings.
      if (outcome.result.configVersion < row.version) room.copied = null;
      await keepLeased(room, row, outcome.result);
      if (outcome.result.admitted.length > 0)
        worker.log.debug({ room: row.id, admitted: outcome.result.admitted.length }, 'admitted');
  }
  return outcome;
}

const LOST: AdmitOutcome = { status: 'lost' };
const ANOTHER_REDIS = 'Redis is another server than before: its newest writes may be gone';
const ANOTHER_REDIS_TOO_OFTEN = 'Redis is another server again and again: see ONSALE_REDIS_RUN_ID in OPERATIONS.md';
const CLOCK_WENT_BACK = 'the clock of Redis went back: the room stands still until it is there again';

/** False when Redis has no state of the room's epoch. */
async function copyConfig(room: Room, row: RoomRow): Promise<boolean> {
  if (room.copied?.epoch === row.epoch && room.copied.version === row.version) return true;
  if (row.epoch === 0) return false;
  await beginLanes(room, row);
  const outcome = await configureRoom(room.scripts, row.id, row.epoch, row.version, await toRoomConfig(row));
  if (outcome === 'lost') return false;
  room.copied = { epoch: row.epoch, version: row.version };
  return true;
}

/** Lanes begin before the edge hears of them, or its visitors would be told that there is no such lane. */
async function beginLanes({ postgres, scripts }: Stores, row: RoomRow): Promise<void> {
  const leases = await postgres((sql) => leaseLanes(sql, row.id, servedLanes(row), LEASE_BLOCK));
  for (const [name, leasedTo] of leases)
    await addLane(scripts, row.id, row.epoch, { name, from: leasedTo - LEASE_BLOCK, leasedTo });
}

async function recover(room: Room, row: RoomRow): Promise<void> {
  const runId = room.worker.redisRunId();
  // The connection went since: whoever is on the line next is asked first.
  if (runId === undefined) return;
  const epoch = await restore(room, row, runId);
  if (epoch === null) return;
  room.own = { epoch, redisRunId: runId };
  room.worker.log.warn({ room: row.id, epoch }, 'restored the room under a new epoch');
}

/** Redis may be away as well; then nobody can be told anything. */
async function hold({ worker }: Room, id: string, held: 'core' | 'postgres'): Promise<void> {
  await holdRoom(worker.scripts, id, held).catch((error: unknown) =>
    worker.log.error({ err: error, room: id }, 'the board could not be held'),
  );
}
