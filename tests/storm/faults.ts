import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { expect } from 'vitest';
import { ROOM } from '../../core/core-world.fixture.ts';
import { newId } from '../../platform/id.ts';
import type { StormWorld } from './storm-world.ts';

/** How long a fault lasts, ms: longer than a store is waited for, shorter than a buyer's patience. */
const LASTS_MS = 1500;
/** Orders that are written while a disk is full, at most: what the free rest of all pages holds is far less. */
const MOST_ORDERS = 500;

/** Breaks something and heals it again; resolves when it is healed. `onSmallDisk`: it fills the disk of Postgres. */
export type Fault = { strike: (storm: StormWorld) => Promise<void>; onSmallDisk?: true };

/** Every fault that a storm can be struck by. */
export const FAULTS: Record<string, Fault> = {
  'core is killed': {
    strike: async ({ restartCore }) => void (await restartCore('SIGKILL')),
  },
  'core is asked to stop under load': {
    strike: async ({ restartCore }) => expect(await restartCore('SIGTERM')).toBe(0),
  },
  'Postgres crashes': { strike: ({ stores }) => stores.crashPostgres() },
  'the disk of Postgres is full': { strike: fillDisk, onSmallDisk: true },
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

/** Twice: first only tables find no room and Postgres goes on serving; then its log does not either, and it goes down. */
async function fillDisk(storm: StormWorld): Promise<void> {
  const { stores } = storm;
  await stores.fillDisk();
  await expectRefusal(storm);
  await stores.freeDisk();
  await sleep(LASTS_MS);
  await stores.fillDisk();
  await stores.exhaustLog();
  await expectRefusal(storm);
  await stores.freeDisk();
}

/** Orders that each write a little, until core says what it says of a store that is away. */
async function expectRefusal({ world, coreUrl }: StormWorld): Promise<void> {
  const token = await world.operatorToken('operator');
  for (let order = 0; order < MOST_ORDERS; order += 1) {
    const answer = await fetch(`${coreUrl}/v1/operator/rooms/${ROOM}/announce`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': newId() },
      body: JSON.stringify({ message: `The sale goes on. ${order} ${'x'.repeat(100)}` }),
    });
    const { code } = v.parse(v.looseObject({ code: v.optional(v.string()) }), await answer.json());
    if (answer.status === 200) continue;
    expect({ status: answer.status, code }).toEqual({ status: 503, code: 'store_unavailable' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    return;
  }
  throw new Error('the disk took everything');
}

async function provider({ world }: StormWorld, broken: object, healed: object): Promise<void> {
  await world.sandbox('PATCH', '/faults', broken);
  await sleep(2 * LASTS_MS);
  await world.sandbox('PATCH', '/faults', healed);
}
