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

/** A pool that is never renewed. */
export const fixedPool = (sql: ReturnType<Worker['pool']['sql']>): Worker['pool'] => ({
  sql: () => sql,
  renew() {},
  end: async () => {},
});
