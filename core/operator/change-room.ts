import type { FieldError } from '../../contracts/errors.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import { refuseSettings, type RoomPatch, type RoomSettings } from '../../contracts/room-settings.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import {
  lockRoom,
  readPerformanceIds,
  writeRoom,
  type RoomRow,
  type RoomSwitches,
} from '../../db/queries/operator-rooms.ts';
import { isoTime } from '../../platform/clock.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { hideSecrets } from './hide-secrets.ts';
import { requireUsableKeys } from './require-usable-keys.ts';
import { patched, sameSettings, toRoomView, toSettings } from './room-settings.ts';

/** Versions that `If-Match` accepts; null accepts any, an empty list none. */
export type ExpectedVersions = readonly number[] | null;

/** Who changes a room, and when. */
export type Changer = { actor: string; nowMs: number };

/**
 * Changes a room's settings inside the caller's transaction, with its audit row. Refuses: `room_not_found`, `stale` when the
 * version has moved on, `invalid_request` when settings contradict each other; then nothing is changed. Set to what they are
 * already, it counts no version and writes nothing down.
 */
export async function changeSettings(
  tx: Transaction,
  room: string,
  patch: RoomPatch,
  expected: ExpectedVersions,
  changer: Changer,
): Promise<RoomView> {
  const row = await lockExpected(tx, room, expected);
  const before = toSettings(row);
  const after = patched(before, patch);
  if (sameSettings(before, after)) return readBack(tx, room, changer.nowMs);
  // The lobby's draw belongs to one opening: a second one would mix the tickets of both.
  const reopens = row.opened && after.opensAt !== null && after.opensAt !== before.opensAt;
  requireConsistent(
    after,
    reopens ? [{ path: 'opensAt', message: 'the room has opened already; make a new room for the next sale' }] : [],
  );
  await requireUsableKeys(patch.identityKeys ?? []);
  await writeRoom(tx, room, after, switchesOf(row));
  const entry = { id: newId(), actor: changer.actor, action: 'room.change', subject: `room:${room}` };
  await insertAudit(tx, { ...entry, ...hideSecrets(before, after) });
  return readBack(tx, room, changer.nowMs);
}

/** Throws `invalid_request` with each field that contradicts another. */
export function requireConsistent(settings: RoomSettings, known: FieldError[] = []): void {
  const errors = [...known, ...refuseSettings(settings)];
  if (errors.length > 0) throw new OperatingError('invalid_request', { errors });
}

/** What an operator does to a room by one word, with what the word needs. */
export type RoomOrder =
  | { action: 'open' | 'pause' | 'resume' | 'close' }
  | { action: 'announce'; message: string | null };

/** Does what an order says. Ordered what is already so, it changes nothing and counts no version. */
export async function orderRoom(tx: Transaction, room: string, order: RoomOrder, changer: Changer): Promise<RoomView> {
  const row = await lockExpected(tx, room, null);
  const [before, switches] = [toSettings(row), switchesOf(row)];
  const change = changeOf(order, row, changer.nowMs);
  const changed = differing({ ...before, ...switches }, change);
  if (changed.length === 0) return readBack(tx, room, changer.nowMs);
  const { paused = row.paused, closed = row.closed, message = row.message, ...settings } = change;
  await writeRoom(tx, room, { ...before, ...settings }, { paused, closed, message });
  const pick = (from: object) => Object.fromEntries(Object.entries(from).filter(([name]) => changed.includes(name)));
  const entry = { id: newId(), actor: changer.actor, action: `room.${order.action}`, subject: `room:${room}` };
  await insertAudit(tx, { ...entry, before: pick({ ...before, ...switches }), after: pick(change) });
  return readBack(tx, room, changer.nowMs);
}

type Change = Partial<RoomSwitches> & Partial<Pick<RoomSettings, 'lobbyOpensAt' | 'opensAt' | 'closesAt'>>;

function changeOf(order: RoomOrder, row: RoomRow, nowMs: number): Change {
  switch (order.action) {
    case 'pause':
      return { paused: true };
    case 'resume':
      return { paused: false };
    case 'close':
      return { closed: true };
    case 'announce':
      return { message: order.message };
    case 'open':
      return { closed: false, ...timesToOpen(row, nowMs) };
  }
}

/** A lobby opens now, and a closing time that has passed is taken away; otherwise the times stay. */
function timesToOpen(row: RoomRow, nowMs: number): Change {
  const ahead = (at: Date | null) => at !== null && at.getTime() >= nowMs;
  return {
    ...(row.closesAt !== null && !ahead(row.closesAt) ? { closesAt: null } : {}),
    ...(!row.opened && ahead(row.opensAt) ? { opensAt: isoTime(nowMs) } : {}),
    // A lobby that had not begun never does: it would begin after the opening.
    ...(!row.opened && ahead(row.lobbyOpensAt) ? { lobbyOpensAt: null } : {}),
  };
}

const differing = (before: object, change: object): string[] => {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(change)
    .filter(([name, value]) => old.get(name) !== value)
    .map(([name]) => name);
};

const switchesOf = ({ paused, closed, message }: RoomRow): RoomSwitches => ({ paused, closed, message });

async function lockExpected(tx: Transaction, room: string, expected: ExpectedVersions): Promise<RoomRow> {
  const row = await lockRoom(tx, room);
  if (row === null) throw new OperatingError('room_not_found');
  if (expected !== null && !expected.includes(row.version))
    throw new OperatingError('stale', { extra: { version: row.version } });
  return row;
}

/** The room as it is now, inside the transaction that changed it. */
export async function readBack(tx: Transaction, room: string, nowMs: number): Promise<RoomView> {
  const row = await lockRoom(tx, room);
  if (row === null) throw new OperatingError('room_not_found');
  return toRoomView(row, (await readPerformanceIds(tx, [room])).get(room) ?? [], nowMs);
}
