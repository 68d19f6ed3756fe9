import * as v from 'valibot';
import { autopilotStateSchema, type AutopilotState } from '../../contracts/autopilot.ts';
import { identityKeysSchema, type IdentityKey } from '../../contracts/identity-keys.ts';
import type { Challenge } from '../../contracts/room-settings.ts';
import type { Sql, Transaction } from '../connect.ts';
import { inTransaction } from '../in-transaction.ts';

const laneSchema = v.array(v.object({ name: v.string(), weight: v.number(), codes: v.optional(v.array(v.string())) }));

/** A room's row: settings, and who holds its epoch. */
export type RoomRow = {
  id: string;
  name: string;
  version: number;
  newUsersPerMinute: number;
  totalActiveUsers: number;
  sessionDurationSeconds: number;
  claimWindowSeconds: number;
  queueingMethod: string;
  mode: string;
  minUsersPerMinute: number | null;
  maxUsersPerMinute: number | null;
  /** Where the autopilot stood after the last tick that Postgres has; null before its first, and without one. */
  autopilot: AutopilotState | null;
  lobbyOpensAt: Date | null;
  opensAt: Date | null;
  closesAt: Date | null;
  holdLimit: number;
  joinsPerClientPerMinute: number;
  requireIdentity: boolean;
  identityKeys: IdentityKey[];
  challenge: Challenge;
  shopUrl: string | null;
  allowedReturnHosts: string[];
  lanes: { name: string; weight: number; codes?: string[] | undefined }[];
  /** Lanes that have given out numbers and are no lanes any more: they are served until their tickets are gone. */
  formerLanes: string[];
  paused: boolean;
  closed: boolean;
  soldOut: boolean;
  message: string | null;
  drawSeed: string;
  /** From it follow the seeds of `random` rounds (contracts/draw.ts). */
  roundSecret: string;
  epoch: number;
  tick: number;
  opened: boolean;
  /** The Redis (run_id) in which this epoch lives; null while that is not known or not judged. */
  redisRunId: string | null;
};

/** All rooms, for the admission worker's round; one plain read, no lock. */
export async function listRooms(sql: Sql | Transaction): Promise<RoomRow[]> {
  const rows = await sql<
    (Omit<RoomRow, 'lanes' | 'formerLanes' | 'allowedReturnHosts' | 'identityKeys' | 'autopilot'> & {
      lanes: unknown;
      autopilot: unknown;
      identityKeys: unknown;
      allowedReturnHosts: unknown;
      knownLanes: string[];
    })[]
  >`
    SELECT id, name, version, new_users_per_minute AS "newUsersPerMinute", total_active_users AS "totalActiveUsers",
      session_duration_seconds AS "sessionDurationSeconds", claim_window_seconds AS "claimWindowSeconds",
      queueing_method AS "queueingMethod", mode, min_users_per_minute AS "minUsersPerMinute",
      max_users_per_minute AS "maxUsersPerMinute", autopilot, lobby_opens_at AS "lobbyOpensAt", opens_at AS "opensAt", closes_at AS "closesAt",
      hold_limit AS "holdLimit", joins_per_client_per_minute AS "joinsPerClientPerMinute",
      require_identity AS "requireIdentity", identity_keys AS "identityKeys", challenge, shop_url AS "shopUrl",
      allowed_return_hosts AS "allowedReturnHosts", lanes, paused, closed, sold_out AS "soldOut", message, draw_seed AS "drawSeed", round_secret AS "roundSecret", epoch, tick, opened,
      redis_run_id AS "redisRunId",
      ARRAY(SELECT l.lane FROM room_lanes l WHERE l.room = rooms.id ORDER BY l.lane) AS "knownLanes"
    FROM rooms ORDER BY id`;
  return rows.map(({ knownLanes, ...row }) => {
    const lanes = v.parse(laneSchema, row.lanes);
    const formerLanes = knownLanes.filter((name) => lanes.every((lane) => lane.name !== name));
    const allowedReturnHosts = v.parse(v.array(v.string()), row.allowedReturnHosts);
    return {
      ...row,
      lanes,
      formerLanes,
      allowedReturnHosts,
      identityKeys: v.parse(identityKeysSchema, row.identityKeys),
      // What an unknown version wrote is as good as nothing: an autopilot without a past begins at its lower bound.
      autopilot: v.parse(v.fallback(v.nullable(autopilotStateSchema), null), row.autopilot),
    };
  });
}

/** Names of the lanes that ticks serve: those of the settings, then those that were taken out of them. */
export const servedLanes = (room: Pick<RoomRow, 'lanes' | 'formerLanes'>): string[] => [
  ...room.lanes.map((lane) => lane.name),
  ...room.formerLanes,
];

/**
 * Leases a first block of numbers to lanes that have none, and tells where each lane's block ends. Guarded by the key of `room_lanes`:
 * of two callers one inserts.
 */
export async function leaseLanes(sql: Sql, room: string, lanes: string[], block: number): Promise<Map<string, number>> {
  await sql`INSERT INTO room_lanes (room, lane, leased_to) SELECT ${room}, name, ${1 + block} FROM unnest(${lanes}::text[]) AS l (name)
    ON CONFLICT (room, lane) DO NOTHING`;
  const rows = await sql<{ lane: string; leasedTo: number }[]>`
    SELECT lane, leased_to AS "leasedTo" FROM room_lanes WHERE room = ${room} AND lane = ANY (${lanes})`;
  return new Map(rows.map(({ lane, leasedTo }) => [lane, leasedTo]));
}

/** Says that nothing is left to sell in a room, or that there is again (core/inventory/judge-stock.ts); the worker copies it with the settings. */
export async function writeSoldOut(tx: Sql | Transaction, room: string, soldOut: boolean): Promise<void> {
  await tx`UPDATE rooms SET sold_out = ${soldOut}, version = version + 1 WHERE id = ${room} AND sold_out <> ${soldOut}`;
}

/** An epoch that its taker alone holds: what the last tick before it left, and the end of each lane's block of numbers leased for it. */
export type TakenEpoch = { epoch: number; tick: number; opened: boolean; leasedTo: Map<string, number> };

/**
 * Takes the next epoch of a room by compare-and-set; one caller wins, the others get null and look again. In the same
 * transaction each lane's next block of numbers is leased, so that no two epochs share a score, and admissions that ran out
 * while nobody ticked are closed. `redisRunId` is noted as the server that the epoch lives in. Ticks of older epochs are refused from
 * then on.
 */
export async function takeEpoch(
  sql: Sql,
  room: string,
  from: number,
  lanes: string[],
  block: number,
  redisRunId: string | null = null,
): Promise<TakenEpoch | null> {
  return inTransaction(sql, async (tx) => {
    const [row] = await tx<
      { epoch: number; tick: number; opened: boolean }[]
    >`UPDATE rooms SET epoch = epoch + 1, redis_run_id = ${redisRunId} WHERE id = ${room} AND epoch = ${from} RETURNING epoch, tick, opened`;
    if (row === undefined) return null;
    const leasedTo = new Map<string, number>();
    for (const lane of lanes) {
      const [leased] = await tx<{ leasedTo: number }[]>`
        INSERT INTO room_lanes (room, lane, leased_to) VALUES (${room}, ${lane}, ${1 + block})
        ON CONFLICT (room, lane) DO UPDATE SET leased_to = room_lanes.leased_to + ${block} RETURNING leased_to AS "leasedTo"`;
      if (leased !== undefined) leasedTo.set(lane, leased.leasedTo);
    }
    await tx`UPDATE admissions SET ended_at = live_until, end_reason = CASE WHEN claimed_at IS NULL THEN 'unclaimed' ELSE 'expired' END
      WHERE room = ${room} AND ended_at IS NULL AND live_until <= now()`;
    return { ...row, leasedTo };
  });
}

/** Leases numbers up to `leasedTo` for a lane; only forward, guarded by the epoch. False when the epoch has moved on. */
export async function leaseNumbers(
  sql: Sql,
  room: string,
  epoch: number,
  lane: string,
  leasedTo: number,
): Promise<boolean> {
  const rows = await sql`UPDATE room_lanes SET leased_to = GREATEST(leased_to, ${leasedTo})
    WHERE room = ${room} AND lane = ${lane} AND EXISTS (SELECT 1 FROM rooms WHERE id = ${room} AND epoch = ${epoch}) RETURNING lane`;
  return rows.length === 1;
}
