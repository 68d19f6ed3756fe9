import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { StormWorld } from './storm-world.ts';

/** How long a fault lasts, ms: longer than a store is waited for, shorter than a buyer's patience. */
const LASTS_MS = 1500;

/** Breaks something and heals it again; resolves when it is healed. */
export type Fault = { strike: (storm: StormWorld) => Promise<void> };

/** Every fault that a storm can be struck by. */
export const FAULTS: Record<string, Fault> = {
  'core is killed': {
    strike: async ({ restartCore }) => void (await restartCore('SIGKILL')),
  },
  'core is asked to stop under load': {
    strike: async ({ restartCore }) => expect(await restartCore('SIGTERM')).toBe(0),
  },
  'Postgres crashes': { strike: ({ stores }) => stores.crashPostgres() },
  'Redis is flushed': {
    strike: async ({ stores, restoreRoom }) => {
      await stores.redis('FLUSHALL');
      await restoreRoom();
    },
  },
  'Redis is killed and comes back empty': {
    strike: async ({ stores, restoreRoom }) => {
      await stores.killRedis();
      await restoreRoom();
    },
  },
  'Redis comes back older than it was': {
    strike: async ({ stores, restoreRoom }) => {
      await stores.redis('SAVE');
      await sleep(LASTS_MS);
      await stores.killRedis();
      await restoreRoom();
    },
  },
  'Redis hangs': {
    strike: async ({ stores }) => {
      stores.signalRedis('SIGSTOP');
      await sleep(LASTS_MS);
      stores.signalRedis('SIGCONT');
    },
  },
  'Redis is out of memory': {
    strike: async ({ stores }) => {
      await stores.redis('CONFIG', 'SET', 'maxmemory', '1');
      await sleep(LASTS_MS);
      await stores.redis('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  'the provider is down': { strike: (storm) => provider(storm, { down: true }, { down: false }) },
  'the provider is slow': { strike: (storm) => provider(storm, { latencyMs: 2500 }, { latencyMs: 0 }) },
};

async function provider({ world }: StormWorld, broken: object, healed: object): Promise<void> {
  await world.sandbox('PATCH', '/faults', broken);
  await sleep(2 * LASTS_MS);
  await world.sandbox('PATCH', '/faults', healed);
}
