import { hashLaneCode } from '../contracts/lane-code.ts';
import { drawCommitment } from '../contracts/draw.ts';
import type { RoomRow } from '../db/queries/rooms.ts';
import type { RoomConfigFields } from '../redis/room/configure-room.ts';
import type { EdgeLane, EdgeRoomConfig } from '../redis/room/room-info.ts';

/** A room's row as the `config` hash in Redis: what scripts read by field, and `edge`, what the edge reads whole. */
export async function toRoomConfig(row: RoomRow): Promise<RoomConfigFields> {
  const edge: EdgeRoomConfig = {
    name: row.name,
    lanes: await Promise.all(row.lanes.map((lane) => forEdge(row.id, lane))),
    opensAtMs: row.opensAt?.getTime() ?? null,
    drawSeed: row.drawSeed,
    queueingMethod: row.queueingMethod,
    roundSecret: row.roundSecret,
    joinsPerClientPerMinute: row.joinsPerClientPerMinute,
    requireIdentity: row.requireIdentity,
    identityKeys: row.identityKeys,
    challenge: row.challenge,
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
    soldOut: row.soldOut ? '1' : '0',
    message: row.message ?? '',
    lanes: JSON.stringify(row.lanes.map(({ name, weight }) => ({ name, weight }))),
    drawSeed: row.drawSeed,
    drawCommitment: await drawCommitment(row.drawSeed),
    edge: JSON.stringify(edge),
  };
}

/** A lane as the edge knows it: with the hashes of its codes, never with the codes. */
async function forEdge(room: string, { name, weight, codes }: RoomRow['lanes'][number]): Promise<EdgeLane> {
  const hashes = codes && (await Promise.all(codes.map((code) => hashLaneCode(room, name, code))));
  return { name, weight, ...(hashes === undefined ? {} : { codeHashes: hashes }) };
}

const msText = (time: Date | null): string => (time === null ? '' : String(time.getTime()));
