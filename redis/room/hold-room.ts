import { roomChannel, roomKeys } from '../keys.ts';
import { asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';

/**
 * Publishes a room's last board again, marked as held by what is away. False when there is no board yet, or when the room ticks all
 * the same: then it is only this worker that can't reach Postgres.
 */
export async function holdRoom(client: ScriptClient, room: string, held: 'core' | 'postgres'): Promise<boolean> {
  const keys = roomKeys(room);
  return asNumber(await client.run('hold-room', [keys.board, keys.state], [held, roomChannel(room)])) === 1;
}
