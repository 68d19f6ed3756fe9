import { effectiveRate, rateBounds } from '../contracts/autopilot.ts';
import { servedLanes, type RoomRow } from '../db/queries/rooms.ts';
import { writeTick, type TicketFact, type TickRecord } from '../db/queries/write-tick.ts';
import type { TickClient } from '../redis/script-client.ts';
import { commitTick, tickRoom, type TickBounds, type TickResult } from '../redis/room/tick-room.ts';
import type { AskPostgres } from './ask-postgres.ts';
import type { AutopilotStep } from './autopilot.ts';
import { withRounds } from './board-rounds.ts';

export type Stores = { postgres: AskPostgres; scripts: TickClient };

/**
 * `lost`: Redis has no state of this epoch, or an older one than Postgres: the room must be restored. `stale`: another worker was
 * faster, by an epoch or by a tick. `leftBehind`: the tick was begun before, by a worker that did not finish it.
 */
export type AdmitOutcome =
  | { status: 'lost' | 'stale' }
  | { status: 'skipped'; aheadTicks: number }
  | { status: 'admitted'; result: TickResult; leftBehind: boolean };

/**
 * The one place where visitors are admitted. A tick decides in Redis (one script), Postgres takes note (one guarded transaction),
 * and only then the tick is committed and its keys count (DESIGN §2.3, §2.5). A crash between two of these leaves a pending tick
 * that any worker finishes; every step repeats harmlessly. The first step is sent before this returns to its caller.
 */
export async function admit(
  { postgres, scripts }: Stores,
  room: RoomRow,
  redisRunId: string | null = null,
  pilot: AutopilotStep | null = null,
): Promise<AdmitOutcome> {
  const lanes = servedLanes(room);
  const outcome = await tickRoom(scripts, room, lanes, boundsOf(room, pilot));
  if (outcome.status === 'lost') return { status: 'lost' };
  if (outcome.status === 'skipped') return { status: 'skipped', aheadTicks: outcome.aheadTicks };
  const result = await withRounds(room, outcome.result);
  const written = await postgres((sql) => writeTick(sql, toRecord(room, result, redisRunId, pilot)));
  if (written === 'stale' || written === 'lost') return { status: written };
  const committed = await commitTick(scripts, room.id, room.epoch, lanes, result);
  // This worker was stopped in between: the next round takes the tick up again.
  if (committed === 'late') return { status: 'skipped', aheadTicks: 0 };
  return { status: 'admitted', result, leftBehind: outcome.status === 'pending' };
}

/** A tick of an autopilot's room without a step of its own keeps to what was written last. */
const boundsOf = (room: RoomRow, pilot: AutopilotStep | null): TickBounds | null =>
  rateBounds(room) === null
    ? null
    : {
        usersPerMinute: effectiveRate({ ...room, autopilot: pilot?.state ?? room.autopilot }),
        mostInside: pilot?.mostInside ?? null,
      };

function toRecord(
  room: RoomRow,
  result: TickResult,
  redisRunId: string | null,
  pilot: AutopilotStep | null,
): TickRecord {
  return {
    room: room.id,
    epoch: room.epoch,
    redisRunId,
    tick: result.tick,
    // A tick of a worker before this version does not say what came before it.
    previous: result.previous ?? result.tick - 1,
    atMs: result.at,
    opened: result.opened,
    liveUntilMs: result.liveUntil,
    admitted: result.admitted,
    facts: result.facts.flatMap(parseFacts),
    autopilot: rateBounds(room) === null ? null : (pilot?.state ?? room.autopilot),
    lanes: Object.entries(result.lanes).map(([name, numbers]) => ({ name, ...numbers })),
  };
}

const FACTS = ['claimed', 'left', 'expired', 'unclaimed', 'spent', 'revoked'] as const;

/** Facts travel as "what id atMs untilMs expMs", the keys that ended at one moment as "ended what atMs id id …" (redis/lua). */
function parseFacts(text: string): TicketFact[] {
  const words = text.split(' ');
  if (words[0] !== 'ended') return [parseFact(words)];
  const [, what, atMs = '', ...ids] = words;
  return ids.map((id) => parseFact([what, id, atMs, atMs, '0']));
}

function parseFact([name, id, atMs, untilMs, expMs]: (string | undefined)[]): TicketFact {
  const what = FACTS.find((known) => known === name);
  if (what === undefined || id === undefined) throw new TypeError('the tick reported an unknown fact');
  return { what, id, atMs: Number(atMs), untilMs: Number(untilMs), expMs: Number(expMs) };
}
