import { isRoomId } from '../../contracts/room-settings.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { EdgeContext } from '../http/context.ts';

/** The room in the address. Throws `room_not_found` for what no room can be called. */
export function roomParameter(c: EdgeContext): string {
  const room = c.req.param('room');
  if (!isRoomId(room)) throw new OperatingError('room_not_found');
  return room;
}
