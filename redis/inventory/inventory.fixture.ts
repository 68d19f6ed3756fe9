import type { Redis } from 'ioredis';
import { startTestRedis } from '../../local-stack/test-stack.ts';
import { connectRedis, createNodeScriptClient } from '../client.node.ts';
import { accessKey, roomKeys } from '../keys.ts';
import type { ScriptClient } from '../script-client.ts';
import { scriptsWithTestClock, setTestClock } from '../test-clock.ts';
import { beginLoad, finishLoad } from './load-inventory.ts';
import { placeHold, type PlacedHold, type PlaceHoldOutcome } from './place-hold.ts';
import type { Places } from './inventory-ref.ts';

/** Redis time of the tests, ms. */
export const START_MS = 1_800_000_000_000;
export const REF = { room: 'demo', performanceId: 'show-1' };
/** Ten seats in a reserved zone, 5 standing places, two legs. */
export const PLAN = {
  ...REF,
  token: 'loader',
  seats: 10,
  legs: 2,
  layout: {
    zones: [
      { kind: 'reserved' as const, id: 'stalls', start: 0, end: 10 },
      { kind: 'general' as const, id: 'standing', capacity: 5 },
    ],
    stops: ['A', 'B', 'C'],
  },
};

/** One performance in a real Redis whose time the test moves. */
export type InventoryWorld = {
  redis: Redis;
  client: ScriptClient;
  /** Sets Redis time to START_MS + ms. */
  at(ms: number): Promise<void>;
  /** Empties Redis and lays out a room of this epoch with an unsold inventory; time is START_MS. */
  reset(epoch?: number): Promise<void>;
  /** Lets a visitor in; the session ends `ms` after START_MS. */
  admit(owner: string, untilMs?: number): Promise<void>;
  hold(owner: string, places: Partial<Places>, key?: string, bodyHash?: string): Promise<PlaceHoldOutcome>;
  /** The same, for holds that must succeed. */
  held(owner: string, places: Partial<Places>): Promise<PlacedHold>;
  close(): Promise<void>;
};

/** Starts a Redis of its own, which stops with it. */
export async function startInventory(): Promise<InventoryWorld> {
  const server = await startTestRedis();
  const redis = connectRedis(server.url);
  await redis.connect();
  const client = createNodeScriptClient(redis, scriptsWithTestClock());
  let holds = 0;
  const world: InventoryWorld = {
    redis,
    client,
    at: (ms) => setTestClock(redis, START_MS + ms),
    async reset(epoch = 3) {
      await redis.flushall();
      await world.at(0);
      await redis.hset(roomKeys(REF.room).state, 'epoch', epoch);
      await redis.hset(roomKeys(REF.room).config, 'holdLimit', 6);
      await beginLoad(client, PLAN);
      await finishLoad(client, PLAN);
    },
    admit: async (owner, untilMs = 3_600_000) =>
      void (await redis.set(accessKey(REF.room, owner), `${START_MS + untilMs} session`)),
    hold(owner, places, key, bodyHash = 'body') {
      holds += 1;
      const whole: Places = { legs: [0, 2], seats: [], zones: [], ...places };
      const wish = {
        ...REF,
        holdId: `hold-${holds}`,
        owner,
        places: whole,
        idempotencyKey: key ?? `key-${holds}`,
        bodyHash,
      };
      return placeHold(client, wish);
    },
    async held(owner, places) {
      const outcome = await world.hold(owner, places);
      if (outcome.outcome !== 'placed') throw new Error(`expected a hold, got ${JSON.stringify(outcome)}`);
      return outcome.hold;
    },
    async close() {
      redis.disconnect();
      await server.stop();
    },
  };
  return world;
}
