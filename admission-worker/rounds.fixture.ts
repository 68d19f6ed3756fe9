import type { CoreSight } from './core-sight.ts';
import { createDirectory, type Worker } from './directory.ts';
import { createRoomService, type RoomService } from './room-service.ts';

/** The worker's loops without their clock: each call looks around and serves every room once, side by side. */
export function createRounds(worker: Worker): () => Promise<void> {
  const directory = createDirectory(worker);
  const services = new Map<string, RoomService>();
  return async () => {
    await directory.refresh();
    const steps = directory.rooms().map(({ id }) => {
      const service = services.get(id) ?? createRoomService(worker, directory, id);
      services.set(id, service);
      return service.step();
    });
    await Promise.all(steps);
  };
}

/** A core of one process that is there and idle. */
export const HEALTHY_CORE: CoreSight = {
  nowMs: 0,
  healths: [{ at: 0, holdP95Ms: null, errorRate: null, answers: 0, eventLoopLagMs: 0, poolWaitMs: 0 }],
  stock: new Map(),
};

/** A pool that is never renewed. */
export const fixedPool = (sql: ReturnType<Worker['pool']['sql']>): Worker['pool'] => ({
  sql: () => sql,
  renew() {},
  end: async () => {},
});
