import { createCalls } from './calls.ts';
import { createLines } from './socket-line.ts';
import { ROOM, type Settings, type SlotsRoom } from './slots-room.ts';
import { startWorld } from './world.ts';

/** A room on the real parts: calls go through the edge's app, sockets to the feed, ticks are the worker's rounds. */
export async function startRealRoom(settings: Settings): Promise<SlotsRoom> {
  const world = await startWorld(settings);
  const lines = createLines();
  const { calls, count } = createCalls(world);
  return {
    calls,
    openLine: async (token, hear) => lines.open(`${world.feedUrl}/rooms/${ROOM}`, await calls.feedToken(token), hear),
    setClocks: (ms) => world.setClocks(ms),
    async tick() {
      const announced = await world.round();
      if (announced !== null) await lines.heard(announced.board.tick);
      return announced;
    },
    requests: count,
    async stop() {
      lines.closeAll();
      await world.stop();
    },
  };
}
