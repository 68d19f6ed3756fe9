import { randomBytes } from 'node:crypto';
import type { NewRoom, RoomView } from '../../contracts/operator-rooms.ts';
import { DEFAULT_ROOM_SETTINGS } from '../../contracts/room-settings.ts';
import type { Transaction } from '../../db/connect.ts';
import { addRoom } from '../../db/queries/add-catalogue.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { readBack, requireConsistent, type Changer } from './change-room.ts';
import { hideSecrets } from './hide-secrets.ts';
import { requireUsableKeys } from './require-usable-keys.ts';
import { patched } from './room-settings.ts';

/** Bytes of a draw's seed: nobody guesses it before the opening. */
const SEED_BYTES = 32;

/**
 * Adds a room with its audit row; the admission worker opens it with its next round. Refuses: `room_exists`, `invalid_request` when
 * settings contradict each other.
 */
export async function createRoom(
  tx: Transaction,
  { room, ...wanted }: NewRoom,
  { actor, nowMs }: Changer,
): Promise<RoomView> {
  const settings = patched({ ...DEFAULT_ROOM_SETTINGS, name: room }, wanted);
  requireConsistent(settings);
  await requireUsableKeys(settings.identityKeys);
  const added = await addRoom(tx, room, settings, randomBytes(SEED_BYTES).toString('base64url'));
  if (!added) throw new OperatingError('room_exists');
  const entry = { id: newId(), actor, action: 'room.create', subject: `room:${room}` };
  await insertAudit(tx, { ...entry, ...hideSecrets(null, settings) });
  return readBack(tx, room, nowMs);
}
