import * as v from 'valibot';
import {
  QUEUEING_METHODS,
  roomSettingsSchema,
  type RoomPatch,
  type RoomSettings,
  type RoomView,
} from '../../contracts/room-settings.ts';
import type { RoomRow } from '../../db/queries/operator-rooms.ts';
import { isoTime } from '../../platform/clock.ts';

const method = v.picklist(QUEUEING_METHODS);
const iso = (at: Date | null): string | null => (at === null ? null : isoTime(at.getTime()));

/** The settings in a row, as operators name them. */
export const toSettings = (row: RoomRow): RoomSettings => ({
  name: row.name,
  newUsersPerMinute: row.newUsersPerMinute,
  totalActiveUsers: row.totalActiveUsers,
  sessionDurationSeconds: row.sessionDurationSeconds,
  claimWindowSeconds: row.claimWindowSeconds,
  queueingMethod: v.parse(method, row.queueingMethod),
  lobbyOpensAt: iso(row.lobbyOpensAt),
  opensAt: iso(row.opensAt),
  closesAt: iso(row.closesAt),
  holdLimit: row.holdLimit,
  joinsPerClientPerMinute: row.joinsPerClientPerMinute,
  shopUrl: row.shopUrl,
  allowedReturnHosts: row.allowedReturnHosts,
});

/** A room as `GET operator/rooms/{room}` shows it. */
export function toRoomView(row: RoomRow, performances: string[]): RoomView {
  const { lanes, message, version } = row;
  return { ...toSettings(row), room: row.id, version, state: stateOf(row), message, lanes, performances };
}

/** The settings after a patch. A field that the patch leaves out, or names as undefined, stays as it is. */
export const patched = (settings: RoomSettings, patch: RoomPatch): RoomSettings =>
  v.parse(roomSettingsSchema, {
    ...settings,
    ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)),
  });

function stateOf(row: RoomRow): RoomView['state'] {
  if (row.closed) return 'closed';
  return row.paused ? 'paused' : 'open';
}
