import { refuseSettings, type RoomPatch, type RoomView } from '../../contracts/room-settings.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import {
  lockRoom,
  readPerformanceIds,
  writePaused,
  writeSettings,
  type RoomRow,
} from '../../db/queries/operator-rooms.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { patched, toRoomView, toSettings } from './room-settings.ts';

/** What `If-Match` asks of the version; null accepts any. */
export type ExpectedVersion = number | null;

/**
 * Changes a room's settings inside the caller's transaction, with its audit row. Refuses: `room_not_found`, `stale` when the
 * version has moved on, `invalid_request` when settings contradict each other; then nothing is changed.
 */
export async function changeSettings(
  tx: Transaction,
  room: string,
  patch: RoomPatch,
  expected: ExpectedVersion,
  actor: string,
): Promise<RoomView> {
  const row = await lockExpected(tx, room, expected);
  const before = toSettings(row);
  const after = patched(before, patch);
  const errors = refuseSettings(after);
  // The lobby's draw belongs to one opening: a second one would mix the tickets of both.
  if (row.opened && after.opensAt !== null && after.opensAt !== before.opensAt) {
    errors.push({ path: 'opensAt', message: 'the room has opened already; make a new room for the next sale' });
  }
  if (errors.length > 0) throw new OperatingError('invalid_request', { errors });
  await writeSettings(tx, room, after);
  await insertAudit(tx, { id: newId(), actor, action: 'room.change', subject: `room:${room}`, before, after });
  return readBack(tx, room);
}

/** Stops or resumes admission. Asked for what is already so, it changes nothing and counts no version. */
export async function setPaused(tx: Transaction, room: string, paused: boolean, actor: string): Promise<RoomView> {
  const row = await lockExpected(tx, room, null);
  if (row.paused === paused) return readBack(tx, room);
  await writePaused(tx, room, paused);
  const action = paused ? 'room.pause' : 'room.resume';
  await insertAudit(tx, {
    id: newId(),
    actor,
    action,
    subject: `room:${room}`,
    before: { paused: row.paused },
    after: { paused },
  });
  return readBack(tx, room);
}

async function lockExpected(tx: Transaction, room: string, expected: ExpectedVersion): Promise<RoomRow> {
  const row = await lockRoom(tx, room);
  if (row === null) throw new OperatingError('room_not_found');
  if (expected !== null && row.version !== expected)
    throw new OperatingError('stale', { extra: { version: row.version } });
  return row;
}

async function readBack(tx: Transaction, room: string): Promise<RoomView> {
  const row = await lockRoom(tx, room);
  if (row === null) throw new OperatingError('room_not_found');
  return toRoomView(row, (await readPerformanceIds(tx, [room])).get(room) ?? []);
}
