import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { prepareCoreProcesses } from '../../core/core-process.fixture.ts';
import { openCoreWorld, ROOM, SHOW, type CoreWorld } from '../../core/core-world.fixture.ts';
import { reconcileStock } from '../../core/reconcile/reconcile-stock.ts';
import { freePort } from '../../local-stack/process/free-port.ts';
import { newId } from '../../platform/id.ts';
import { readState } from '../../redis/inventory/availability.ts';
import { readAvailability } from '../../redis/inventory/read-availability.ts';
import { accessKey, roomKeys } from '../../redis/keys.ts';
import type { StoredState } from '../checker/history.ts';
import { readStoredState } from '../checker/read-state.ts';
import { startStores, type Stores } from './stores.ts';

/** How long the queues may take to drain after healing, and how often that is looked at, ms. */
const SETTLE_MS = 45_000;
const LOOK_EVERY_MS = 250;

/** Core as a process, over stores that can be broken, with the sandbox provider. */
export type StormWorld = {
  world: CoreWorld;
  stores: Stores;
  coreUrl: string;
  /** Lets a visitor in, also after Redis lost everything: the admission worker's part, played here. */
  admit(ticketId: string): Promise<void>;
  /** Ends core by a signal and starts another on the same address; resolves to its exit code. */
  restartCore(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  /** What the admission worker does when Redis lost or forgot something: a new epoch, and everybody let in again. */
  restoreRoom(): Promise<void>;
  /** Ends what is unpaid, waits until nothing is left to do, and reads what is there. */
  settle(): Promise<StoredState>;
  /** What a comparison of Redis and Postgres finds then: held, kept and offered places are counted in it. */
  compare(): Promise<string[]>;
  close(): Promise<void>;
};

/** Builds it; with `onSmallDisk`, Postgres has a disk that can be filled. */
export async function openStormWorld(options: { onSmallDisk?: boolean } = {}): Promise<StormWorld> {
  const stores = await startStores(options);
  const world = await openCoreWorld(
    { adminUrl: stores.postgresUrl, ...databaseOf(stores), stop: async () => {} },
    { url: stores.redisUrl, port: 0, pid: 0, flush: async () => {}, stop: async () => {} },
  );
  const processes = await prepareCoreProcesses(world);
  const port = await freePort();
  await keepSeatsOut(world);
  let { child, url }: { child: ChildProcess; url: string } = await processes.start({ port });
  const admitted = new Set<string>();
  let epoch = 1;
  const letIn = (ticketId: string) => stores.redis('SET', accessKey(ROOM, ticketId), FOREVER);
  return {
    world,
    stores,
    coreUrl: url,
    async admit(ticketId) {
      admitted.add(ticketId);
      await letIn(ticketId);
    },
    async restartCore(signal) {
      const exit = once(child, 'exit');
      child.kill(signal);
      const [code] = v.parse(v.tuple([v.nullable(v.number()), v.unknown()]), await exit);
      ({ child, url } = await processes.start({ port }));
      return code;
    },
    async restoreRoom() {
      epoch += 1;
      await stores.redis('HSET', roomKeys(ROOM).config, 'holdLimit', '50');
      await stores.redis('HSET', roomKeys(ROOM).state, 'epoch', String(epoch));
      for (const ticketId of admitted) await letIn(ticketId);
    },
    async settle() {
      await world.sql`UPDATE bookings SET pay_by = now() WHERE status = 'pending_payment'`;
      const until = performance.now() + SETTLE_MS;
      for (;;) {
        const state = await readAll(world);
        if (state !== null && Object.values(state.waiting).every((count) => count === 0)) return state;
        if (state !== null && performance.now() > until) return state;
        await sleep(LOOK_EVERY_MS);
      }
    },
    async compare() {
      const performance = await world.deps.catalogue.performance(SHOW);
      if (performance === null) throw new Error('the performance is gone');
      return (await reconcileStock(world.deps, performance)).map((difference) => JSON.stringify(difference));
    },
    async close() {
      await processes.stop();
      await world.close();
      await stores.stop();
    },
  };
}

/** The second half of the seats is an operator's, so that the rest sells out. */
async function keepSeatsOut(world: CoreWorld): Promise<void> {
  const seats = Array.from({ length: 30 }, (_, i) => `s${i + 31}`);
  const body = { name: 'second half', items: [{ zoneId: 'stalls', seats }] };
  const token = await world.operatorToken('operator');
  const { status } = await world.call('POST', `/v1/operator/performances/${SHOW}/blocks`, {
    token,
    key: newId(),
    body,
  });
  if (status !== 201) throw new Error(`the block was answered with ${status}`);
}

/** The end of a session no storm outlasts, as an access key says it. */
const FOREVER = '99999999999999 session';

const databaseOf = (stores: Stores) => {
  const database = async () => ({ url: stores.postgresUrl, drop: async () => {} });
  return { createDatabase: database, createEmptyDatabase: database };
};

/** All three sides. Null while the inventory is being rebuilt. */
async function readAll({ sql, deps, sandbox }: CoreWorld): Promise<StoredState | null> {
  const state = await readStoredState(sql);
  const found = await deps.catalogue.performance(SHOW);
  if (found === null) throw new Error('the performance is gone');
  const snapshot = await deps.inventory
    .use(found, () => readAvailability(deps.scripts, { room: ROOM, performanceId: SHOW }))
    .catch(() => null);
  if (snapshot === null) return null;
  const claimed = new Map(state.claims.map((claim) => [claim.seatId, claim.state]));
  const seats: NonNullable<StoredState['inventory']>['seats'] = new Map();
  for (let index = 0; index < snapshot.seats; index += 1) {
    const seat = found.seats.at(index);
    const shown = readState(snapshot.legs[0] ?? new Uint8Array(), index);
    // A hold that nobody booked is the inventory's own business; it runs out.
    if (seat === undefined || shown === 0 || (shown === 1 && !claimed.has(seat))) continue;
    // What is offered shows as held.
    const isOffered = shown === 1 && claimed.get(seat) === 'offered';
    seats.set(`${SHOW}/${seat}/0`, isOffered ? 'offered' : SHOWN[shown]);
  }
  const payments = v.parse(ledgerSchema, (await sandbox('GET', '/payments')).body).items;
  const provider = new Map(payments.map((payment) => [payment.paymentId, payment]));
  return {
    ...state,
    payments: state.payments.map((payment) => {
      const known = provider.get(payment.paymentId);
      return known === undefined ? payment : { ...payment, provider: known };
    }),
    inventory: { seats, free: new Map() },
  };
}

/** States of a seat as the inventory numbers them. */
const SHOWN = { 1: 'pending', 2: 'sold', 3: 'blocked' } as const;

const ledgerSchema = v.object({
  items: v.array(v.object({ paymentId: v.string(), capturedMinor: v.number(), refundedMinor: v.number() })),
});
