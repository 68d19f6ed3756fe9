import * as v from 'valibot';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import { roomSettingsSchema, type RoomPatch, type RoomSettings } from '../../contracts/room-settings.ts';
import type { RoomRow } from '../../db/queries/operator-rooms.ts';
import { isoTime } from '../../platform/clock.ts';

/** The settings in a row, as operators name them: every name of the contract. */
export function toSettings(row: RoomRow): RoomSettings {
  const columns = new Map<string, unknown>(Object.entries(row));
  const names = Object.keys(roomSettingsSchema.entries);
  return v.parse(roomSettingsSchema, Object.fromEntries(names.map((name) => [name, toJson(columns.get(name))])));
}

const toJson = (value: unknown): unknown => (value instanceof Date ? isoTime(value.getTime()) : value);

/** A room as `GET operator/rooms/{room}` shows it. */
export function toRoomView(row: RoomRow, performances: string[], nowMs: number): RoomView {
  const { message, version } = row;
  const state = stateOf(row, nowMs);
  return { ...toSettings(row), room: row.id, version, state, message, performances, now: isoTime(nowMs) };
}

/** The settings after a patch. A field that the patch leaves out, or names as undefined, stays as it is. */
export const patched = (settings: RoomSettings, patch: RoomPatch): RoomSettings =>
  v.parse(roomSettingsSchema, {
    ...settings,
    ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)),
  });

/** Whether two settings say the same; times may be written in several ways. Pure. */
export const sameSettings = (a: RoomSettings, b: RoomSettings): boolean => comparable(a) === comparable(b);

/** The schema gives the names an order, so equal settings have equal texts. */
function comparable(settings: RoomSettings): string {
  const { lobbyOpensAt, opensAt, closesAt } = settings;
  const times = [lobbyOpensAt, opensAt, closesAt].map((time) => (time === null ? null : Date.parse(time)));
  return JSON.stringify([{ ...settings, lobbyOpensAt: null, opensAt: null, closesAt: null }, times]);
}

/** What a room does by its settings and its last written tick; whether anything holds it up is in its stats. */
export function stateOf(
  row: Pick<RoomRow, 'closed' | 'paused' | 'opened' | 'opensAt' | 'closesAt'>,
  nowMs: number,
): RoomView['state'] {
  if (row.closed || (row.closesAt !== null && row.closesAt.getTime() <= nowMs)) return 'closed';
  if (row.paused) return 'paused';
  return !row.opened && row.opensAt !== null && row.opensAt.getTime() > nowMs ? 'lobby' : 'open';
}
