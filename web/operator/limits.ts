import type { FieldError } from '../../contracts/errors.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import type { RoomPatch } from '../../contracts/room-settings.ts';

/** The form's texts as the operator types them. */
export type Limits = { newUsersPerMinute: string; totalActiveUsers: string };

const NAMES = ['newUsersPerMinute', 'totalActiveUsers'] as const;

/** The texts of a room's present limits. */
export const limitsOf = (view: Pick<RoomView, keyof Limits>): Limits => ({
  newUsersPerMinute: String(view.newUsersPerMinute),
  totalActiveUsers: String(view.totalActiveUsers),
});

/** What a save would send: only what differs; null for nothing. Texts that are no whole number are errors, the server knows the bounds. */
export function changesOf(
  limits: Limits,
  view: Pick<RoomView, keyof Limits>,
): { changes: RoomPatch | null; errors: FieldError[] } {
  const changes: RoomPatch = {};
  const errors: FieldError[] = [];
  let differs = false;
  for (const name of NAMES) {
    const text = limits[name].trim();
    if (text === String(view[name])) continue;
    differs = true;
    if (/^\d{1,9}$/.test(text)) changes[name] = Number(text);
    else errors.push({ path: name, message: 'Enter a whole number, 0 or more.' });
  }
  return { changes: differs ? changes : null, errors };
}
