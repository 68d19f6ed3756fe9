import { drawCommitment } from '../contracts/draw.ts';
import type { RoomRow } from '../db/queries/rooms.ts';
import type { RoomConfigFields } from '../redis/room/configure-room.ts';
import type { EdgeRoomConfig } from '../redis/room/room-info.ts';

/** A room's row as the `config` hash in Redis: what scripts read by field, and `edge`, what the edge reads whole. */
export async function toRoomConfig(row: RoomRow): Promise<RoomConfigFields> {
  const edge: EdgeRoomConfig = {
    name: row.name,
    lanes: row.lanes,
    opensAtMs: row.opensAt?.getTime() ?? null,
    drawSeed: row.drawSeed,
    joinsPerClientPerMinute: row.joinsPerClientPerMinute,
    shopUrl: row.shopUrl,
    allowedReturnHosts: row.allowedReturnHosts,
  };
  return {
    version: String(row.version),
    newUsersPerMinute: String(row.newUsersPerMinute),
    totalActiveUsers: String(row.totalActiveUsers),
    sessionDurationSeconds: String(row.sessionDurationSeconds),
    claimWindowSeconds: String(row.claimWindowSeconds),
    queueingMethod: row.queueingMethod,
    lobbyOpensAtMs: msText(row.lobbyOpensAt),
    opensAtMs: msText(row.opensAt),
    closesAtMs: msText(row.closesAt),
    holdLimit: String(row.holdLimit),
    paused: row.paused ? '1' : '0',
    closed: row.closed ? '1' : '0',
    message: row.message ?? '',
    lanes: JSON.stringify(row.lanes),
    drawSeed: row.drawSeed,
    drawCommitment: await drawCommitment(row.drawSeed),
    edge: JSON.stringify(edge),
  };
}

const msText = (time: Date | null): string => (time === null ? '' : String(time.getTime()));
