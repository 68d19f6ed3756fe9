import * as v from 'valibot';
import { expect } from 'vitest';
import { newId } from '../../platform/id.ts';
import { inventoryKeys, roomKeys } from '../../redis/keys.ts';
import { type Buyer, createBuyer } from '../buyer.fixture.ts';
import { type CoreWorld, ROOM, type Reply, SHOW, startCoreWorld } from '../core-world.fixture.ts';
import { reconcileStock } from '../reconcile/reconcile-stock.ts';
import { runWaitlist } from './run-waitlist.ts';

/** One who waits: the id, the token, and what joining answered. */
export type Waiting = { id: string; token: string; reply: Reply };

/** A world whose seats are all held by somebody, so that whatever goes free is seen. */
export type WaitlistWorld = CoreWorld & {
  buyer: Buyer;
  join(wish?: object, language?: string): Promise<Waiting>;
  look(waiting: Waiting): Promise<Reply>;
  accept(waiting: Waiting): Promise<Reply>;
  leave(waiting: Waiting): Promise<Reply>;
  /** One turn of the sweep, due or not. */
  sweep(): Promise<void>;
  /** Lets the time of an entry's offer be over. */
  lapse(waiting: Waiting): Promise<void>;
  /** Lets a hold be over, by Redis's time. */
  expireHold(holdId: string): Promise<void>;
  /** Asks for one seat as an admitted visitor, somebody new each time; the status. */
  snatch(seatId: string): Promise<number>;
  /** Loses all of Redis, then loads the inventory as core does. */
  loseRedis(): Promise<void>;
  /** What a comparison of Redis and Postgres finds. */
  differences(): Promise<unknown[]>;
  /** Ends every entry that waits. */
  forgetWaiting(): Promise<void>;
  stateOf(waiting: Waiting): Promise<unknown>;
  /** Cancels a booking, however often it takes. */
  cancel(booked: Reply): Promise<Reply>;
  /** Books what an accepted offer holds. */
  bookAccepted(accepted: Reply): Promise<Reply>;
  /** Holds every seat that nobody has claimed, so that only what a test frees is there. */
  takeAllOthers(): Promise<void>;
  /** A booking in a zone where all else is held. */
  lastBooked(): Promise<Reply>;
  /** Offers of all times, by when they were made. */
  offers(): Promise<{ entryId: string; seats: string[]; from: Date; to: Date | null }[]>;
};

let visitors = 0;

/** Starts one on servers of its own. */
export async function startWaitlistWorld(): Promise<WaitlistWorld> {
  const world = await startCoreWorld();
  const { sql, deps } = world;
  const path = ({ id }: Waiting, more = '') => `/v1/waitlist/${id}${more}`;
  const performance = await deps.catalogue.performance(SHOW);
  if (performance === null) throw new Error('the performance was not seeded');
  const buyer = createBuyer(world);
  const takeAllOthers = async () => {
    const claims = await sql<
      { seatId: string }[]
    >`SELECT seat_id AS "seatId" FROM seat_claims WHERE performance_id = ${SHOW}`;
    const free = Array.from({ length: 60 }, (_, i) => `s${i + 1}`).filter((seat) =>
      claims.every(({ seatId }) => seatId !== seat),
    );
    for (let first = 0; first < free.length; first += 40) await world.holdSeats(free.slice(first, first + 40));
  };
  const loseRedis = async () => {
    await deps.redis.flushall();
    await deps.redis.hset(roomKeys(ROOM).state, 'epoch', 1);
    await deps.redis.hset(roomKeys(ROOM).config, 'holdLimit', 50);
    expect(await deps.inventory.load(performance)).toBe('loaded');
  };
  const look = (waiting: Waiting) => world.call('GET', path(waiting), { token: waiting.token });
  return Object.assign(world, {
    buyer,
    look,
    loseRedis,
    takeAllOthers,
    async forgetWaiting() {
      await sql`UPDATE waitlist_entries SET state = 'left', ended_at = now() WHERE ended_at IS NULL AND state = 'waiting'`;
    },
    stateOf: async (waiting: Waiting) => (await look(waiting)).body['state'],
    async cancel(booked: Reply) {
      const key = newId();
      for (;;) {
        const reply = await buyer.post(booked, 'cancel', key);
        if (reply.status !== 503) return reply;
      }
    },
    bookAccepted: ({ body }: Reply) =>
      world.book({ receipt: String(body['receipt']), holdId: String(body['holdId']), owner: '' }),
    async lastBooked() {
      await world.drain();
      await loseRedis();
      const booked = await buyer.book();
      await takeAllOthers();
      return booked;
    },
    async join(wish: object = {}, language = 'en') {
      const body = {
        performanceId: SHOW,
        zoneId: 'stalls',
        partySize: 1,
        email: `v${(visitors += 1)}@example.org`,
        ...wish,
      };
      const reply = await world.call('POST', '/v1/waitlist', {
        key: newId(),
        headers: { 'accept-language': language },
        body,
      });
      expect([reply.status, reply.body]).toEqual([201, expect.anything()]);
      return { id: String(reply.body['id']), token: String(reply.body['token']), reply };
    },
    accept: (waiting: Waiting) =>
      world.call('POST', path(waiting, '/accept'), { token: waiting.token, key: newId(), body: {} }),
    leave: (waiting: Waiting) => world.call('DELETE', path(waiting), { token: waiting.token }),
    async sweep() {
      await sql`UPDATE waited_performances SET due_at = now()`;
      await runWaitlist(deps);
    },
    async lapse({ id }: Waiting) {
      await sql`UPDATE waitlist_offers SET offer_until = now() WHERE entry_id = ${id} AND ended_at IS NULL`;
    },
    async expireHold(holdId: string) {
      await deps.redis.zadd(inventoryKeys(ROOM, SHOW).holds, 'XX', 1, holdId);
    },
    async snatch(seatId: string) {
      for (;;) {
        const { status } = await world.askHold([{ zoneId: 'stalls', seats: [seatId] }]);
        if (status !== 503) return status;
      }
    },
    differences: () => reconcileStock(deps, performance),
    async offers() {
      return sql<{ entryId: string; seats: string[]; from: Date; to: Date | null }[]>`SELECT o.entry_id AS "entryId",
          o.offered_at AS "from", o.ended_at AS "to",
          (SELECT coalesce(json_agg(i.seat_id ORDER BY i.line), '[]') FROM block_items i WHERE i.block_id = o.block_id) AS seats
        FROM waitlist_offers o ORDER BY o.offered_at, o.block_id`;
    },
  });
}

/** Offers of one seat that stood at the same time. */
export function overlaps(offers: Awaited<ReturnType<WaitlistWorld['offers']>>): string[] {
  return offers.flatMap((one, i) =>
    offers
      .slice(i + 1)
      .filter(
        (other) =>
          other.seats.some((seat) => one.seats.includes(seat)) &&
          other.from < (one.to ?? new Date(8.64e15)) &&
          one.from < (other.to ?? new Date(8.64e15)),
      )
      .map((other) => `${one.entryId} and ${other.entryId}`),
  );
}

/** The one seat of an accepted offer. */
export function seatOf(accepted: Reply): string {
  const { items } = v.parse(v.object({ items: v.array(v.object({ seatId: v.string() })) }), accepted.body);
  return items[0]?.seatId ?? '';
}

/** Visitors who ask at a time: more would only make core say that it is busy. */
const ASKERS = 20;

/** Somebody waits for a seat, and visitors ask for it `asks` times while its booking is cancelled; what these were told. */
export async function raceForFreedSeat(
  world: WaitlistWorld,
  asks: number,
): Promise<{ told: number[]; seat: string; waiting: Waiting }> {
  const { buyer } = world;
  const seat = buyer.seat();
  const booked = await buyer.book({ seat });
  await buyer.pay(booked);
  const waiting = await world.join();
  const first = { state: 'waiting', position: 1, ahead: 0, partySize: 1, zoneId: 'stalls' };
  expect(waiting.reply.body).toMatchObject(first);
  const told: number[] = [];
  const ask = async () => {
    for (let i = 0; i < asks / ASKERS; i += 1) told.push(await world.snatch(seat));
  };
  const asking = Promise.all(Array.from({ length: ASKERS }, ask));
  expect((await world.cancel(booked)).status).toBe(200);
  await Promise.all([asking, world.drain()]);
  await buyer.settle(1);
  return { told, seat, waiting };
}
