import { startLiveCrowd, type LiveCrowd } from './live-crowd.ts';
import { ticksOf, until } from './promises.ts';
import type { WorkersWorld } from './workers-world.ts';

/** What the rooms here let in: people a minute, and people at once. */
export const LIMITS = { rate: 600, capacity: 60 };

/** A room with workers before it and people on their way in. */
export async function openBusyRoom(world: WorkersWorld, room: string): Promise<LiveCrowd> {
  await world.makeRoom(room, LIMITS);
  await world.startWorkers(2);
  await until('the room ticks', () => ticksOf(world.frames.get(room) ?? []).length > 1);
  const crowd = startLiveCrowd(world, room, 3000);
  await crowd.join(150);
  await until('people come in', () => crowd.entered.size > 15);
  return crowd;
}
