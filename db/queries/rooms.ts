import * as v from 'valibot';
import type { Sql, Transaction } from '../connect.ts';

const laneSchema = v.array(v.object({ name: v.string(), weight: v.number() }));

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
  lobbyOpensAt: Date | null;
  opensAt: Date | null;
  closesAt: Date | null;
  holdLimit: number;
  joinsPerClientPerMinute: number;
  shopUrl: string | null;
  allowedReturnHosts: string[];
  lanes: { name: string; weight: number }[];
  paused: boolean;
  closed: boolean;
  message: string | null;
  drawSeed: string;
  epoch: number;
  tick: number;
  opened: boolean;
};

/** All rooms, for the admission worker's round; one plain read, no lock. */
export async function listRooms(sql: Sql | Transaction): Promise<RoomRow[]> {
  const rows = await sql<
    (Omit<RoomRow, 'lanes' | 'allowedReturnHosts'> & { lanes: unknown; allowedReturnHosts: unknown })[]
  >`
    SELECT id, name, version, new_users_per_minute AS "newUsersPerMinute", total_active_users AS "totalActiveUsers",
      session_duration_seconds AS "sessionDurationSeconds", claim_window_seconds AS "claimWindowSeconds",
      queueing_method AS "queueingMethod", lobby_opens_at AS "lobbyOpensAt", opens_at AS "opensAt", closes_at AS "closesAt",
      hold_limit AS "holdLimit", joins_per_client_per_minute AS "joinsPerClientPerMinute", shop_url AS "shopUrl",
      allowed_return_hosts AS "allowedReturnHosts", lanes, paused, closed, message, draw_seed AS "drawSeed", epoch, tick, opened
    FROM rooms ORDER BY id`;
  return rows.map((row) => ({
    ...row,
    lanes: v.parse(laneSchema, row.lanes),
    allowedReturnHosts: v.parse(v.array(v.string()), row.allowedReturnHosts),
  }));
}

/**
 * Takes the next epoch of a room by compare-and-set; one caller wins, the others get null and look again. In the same
 * transaction each lane's next block of numbers is leased, so that the new epoch never reuses a score.
 */
export async function takeEpoch(
  sql: Sql,
  room: string,
  from: number,
  lanes: string[],
  block: number,
): Promise<number | null> {
  return sql.begin(async (tx) => {
    const [row] = await tx<
      { epoch: number }[]
    >`UPDATE rooms SET epoch = epoch + 1 WHERE id = ${room} AND epoch = ${from} RETURNING epoch`;
    if (row === undefined) return null;
    for (const lane of lanes) {
      await tx`INSERT INTO room_lanes (room, lane, leased_to) VALUES (${room}, ${lane}, ${1 + block})
        ON CONFLICT (room, lane) DO UPDATE SET leased_to = room_lanes.leased_to + ${block}`;
    }
    return row.epoch;
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
