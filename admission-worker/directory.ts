import { listDueRevocations, type Revocation } from '../db/queries/revoked-tickets.ts';
import { listRooms, type RoomRow } from '../db/queries/rooms.ts';
import type { TickClient } from '../redis/script-client.ts';
import type { Logger } from '../platform/log.ts';
import { createPostgresGate, type RenewablePool } from './ask-postgres.ts';
import type { CoreSight } from './core-sight.ts';

/** What the whole worker works with. */
export type Worker = {
  pool: RenewablePool;
  scripts: TickClient;
  log: Logger;
  /** Adds rooms to the index that tells "unknown" from "lost"; its own call, outside the rooms' hash tags. */
  announceRooms(rooms: string[]): Promise<void>;
  /** What core processes have said lately (admission-worker/core-sight.ts). */
  lookAtCore(): Promise<CoreSight>;
  /** Which Redis is on the line: null when that is not judged, undefined while it is not known. */
  redisRunId(): string | null | undefined;
};

/** Which rooms there are and what is to be done in them, as of the last refresh that succeeded. */
export type Directory = {
  /** Looks again, at Postgres and at core, each for itself: what fails is logged, and what was known before stands. */
  refresh(): Promise<void>;
  rooms(): readonly RoomRow[];
  find(room: string): RoomRow | undefined;
  dueIn(room: string): readonly Revocation[];
  /** Null before the first look that succeeded. */
  core(): CoreSight | null;
  /** Whether anybody is there to sell, as far as that is known. */
  isCoreThere(): boolean;
};

/** A directory that knows nothing yet. */
export function createDirectory(worker: Worker): Directory {
  const { log } = worker;
  const gate = createPostgresGate(worker.pool);
  let rooms: readonly RoomRow[] = [];
  let due: readonly Revocation[] = [];
  let core: CoreSight | null = null;
  const readPostgres = async () => {
    [rooms, due] = await gate.ask((sql) => Promise.all([listRooms(sql), listDueRevocations(sql)]));
  };
  const lookForCore = async () => {
    core = await worker.lookAtCore();
    if (core.healths.length === 0) log.error('core has been silent for seconds: nobody is let in');
  };
  const told = (what: string) => (error: unknown) => log.error({ err: error }, what);
  return {
    async refresh() {
      await Promise.all([
        readPostgres().catch(told('the rooms could not be read')),
        lookForCore().catch(told('core could not be looked for')),
      ]);
      const ids = rooms.map((room) => room.id);
      if (ids.length > 0) await worker.announceRooms(ids).catch(told('the rooms could not be announced'));
    },
    rooms: () => rooms,
    find: (id) => rooms.find((room) => room.id === id),
    dueIn: (id) => due.filter(({ room }) => room === id),
    core: () => core,
    isCoreThere: () => core === null || core.healths.length > 0,
  };
}
