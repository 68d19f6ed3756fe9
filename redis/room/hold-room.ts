import { roomChannel, roomKeys } from '../keys.ts';
import { asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';

/** Publishes a room's last board again, marked as held by what is away. False when there is no board yet. */
export async function holdRoom(client: ScriptClient, room: string, held: 'core' | 'postgres'): Promise<boolean> {
  return asNumber(await client.run('hold-room', [roomKeys(room).board], [held, roomChannel(room)])) === 1;
}
