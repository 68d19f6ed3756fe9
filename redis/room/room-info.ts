import * as v from 'valibot';
import { boardSchema, type Board } from '../../contracts/board.ts';
import { identityKeysSchema, type IdentityKey } from '../../contracts/identity-keys.ts';
import { CHALLENGES, type Challenge } from '../../contracts/room-settings.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { ROOMS_KEY, roomKeys } from '../keys.ts';
import { asText, asTexts } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';

/** What the edge needs of a room besides the ticket; cached for about a second by each isolate. */
export type RoomInfo = {
  board: Board;
  /** The board as published, ready to be sent. */
  boardJson: string;
  name: string;
  lanes: string[];
  /** Hashes of the codes of lanes that take only who brings one, by lane. */
  laneCodes: Record<string, string[]>;
  /** ms; null = open at once. */
  opensAtMs: number | null;
  /** Server-side secret until the lobby has opened. */
  drawSeed: string;
  queueingMethod: string;
  /** Server-side secret for ever; null while an older worker's config stands. */
  roundSecret: string | null;
  joinsPerClientPerMinute: number;
  requireIdentity: boolean;
  /** Public keys that identities are checked by. */
  identityKeys: IdentityKey[];
  challenge: Challenge;
  shopUrl: string | null;
  allowedReturnHosts: string[];
};

const edgeLaneSchema = v.object({
  name: v.string(),
  weight: v.number(),
  /** Hashes of the codes that open it (contracts/lane-code.ts); absent when it is open to all. */
  codeHashes: v.optional(v.array(v.string())),
});
/** A lane as the edge knows it. */
export type EdgeLane = v.InferOutput<typeof edgeLaneSchema>;

const publishedConfigSchema = v.object({
  name: v.string(),
  lanes: v.array(edgeLaneSchema),
  opensAtMs: v.nullable(v.number()),
  drawSeed: v.string(),
  // Optional for what an older worker wrote.
  queueingMethod: v.optional(v.string(), 'fifo'),
  roundSecret: v.optional(v.nullable(v.string()), null),
  joinsPerClientPerMinute: v.number(),
  // Optional for what an older worker wrote.
  requireIdentity: v.optional(v.boolean(), false),
  identityKeys: v.optional(identityKeysSchema, []),
  challenge: v.optional(v.picklist(CHALLENGES), 'none'),
  shopUrl: v.nullable(v.string()),
  allowedReturnHosts: v.array(v.string()),
});

/** What the worker writes into the room's `config` under `edge`: one JSON text, read whole. */
export type EdgeRoomConfig = v.InferOutput<typeof publishedConfigSchema>;

/**
 * Reads config and board in one script. Refuses: `room_not_found` (Redis has its state, and the room is not in it),
 * `room_recovering` (Redis lost its state, or the room was never put in), `store_unavailable`.
 */
export async function readRoomInfo(client: ScriptClient, room: string): Promise<RoomInfo> {
  const keys = roomKeys(room);
  const [configText, boardText] = asTexts(await client.run('read-room', [keys.config, keys.board], []));
  if (!configText || !boardText) {
    const { member, exists } = await client.isMember(ROOMS_KEY, room);
    throw new OperatingError(exists && !member ? 'room_not_found' : 'room_recovering');
  }
  const config = v.parse(publishedConfigSchema, JSON.parse(configText));
  const board = v.parse(boardSchema, JSON.parse(boardText));
  const laneCodes = Object.fromEntries(
    config.lanes.flatMap(({ name, codeHashes }) => (codeHashes === undefined ? [] : [[name, codeHashes]])),
  );
  return { ...config, lanes: config.lanes.map((lane) => lane.name), laneCodes, board, boardJson: asText(boardText) };
}
