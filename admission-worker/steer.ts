import { rateBounds } from '../contracts/autopilot.ts';
import type { Board } from '../contracts/board.ts';
import type { RoomRow } from '../db/queries/rooms.ts';
import { OperatingError } from '../platform/operating-error.ts';
import { readRoomInfo } from '../redis/room/room-info.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { stepAutopilot, type AutopilotStep } from './autopilot.ts';
import type { CoreSight } from './core-sight.ts';

/**
 * The autopilot's step for this tick, from what core says and how the room stood on its last board; null without an autopilot, and before
 * core was looked at. One script for a room in autopilot, nothing for the others. Throws `store_unavailable`.
 */
export async function steer(
  scripts: ScriptClient,
  room: RoomRow,
  core: CoreSight | null,
): Promise<AutopilotStep | null> {
  const bounds = rateBounds(room);
  if (bounds === null || core === null) return null;
  const board = await lastBoard(scripts, room.id);
  return stepAutopilot({
    nowMs: core.nowMs,
    bounds,
    last: room.autopilot,
    healths: core.healths,
    stock: core.stock.get(room.id) ?? null,
    active: board?.active ?? 0,
    isWanted: board !== null && isHeldByRate(board),
  });
}

/** Who waits for a slot, for the opening or for stock would not come in by a higher rate. */
const isHeldByRate = ({ phase, lanes, active, capacity }: Board): boolean =>
  phase === 'open' && active < capacity && Object.values(lanes).some(({ waiting }) => waiting > 0);

/** A room that was just restored has no board yet. */
async function lastBoard(scripts: ScriptClient, room: string): Promise<Board | null> {
  try {
    return (await readRoomInfo(scripts, room)).board;
  } catch (error) {
    if (error instanceof OperatingError && error.code !== 'store_unavailable') return null;
    throw error;
  }
}
