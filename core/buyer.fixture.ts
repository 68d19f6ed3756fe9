import * as v from 'valibot';
import { expect } from 'vitest';
import { newId } from '../platform/id.ts';
import type { CoreWorld, Reply } from './core-world.fixture.ts';

const paymentSchema = v.object({ paymentId: v.string(), checkoutUrl: v.string() });
type Payment = v.InferOutput<typeof paymentSchema>;

/** A buyer in a world: pays, looks, cancels, and waits for exactly the webhook events that this causes. */
export type Buyer = {
  /** A seat that nobody had before. */
  seat(): string;
  /** Books a seat, or so many standing places; asks again while core is too busy, as an honest client does. */
  book(wish?: { seat?: string; standing?: number }): Promise<Reply>;
  paymentOf(reply: Reply): Payment;
  /** Opens the checkout and completes the payment at the provider; `events` is how many webhook events that brings. */
  pay(booked: Reply, completion?: object, events?: number): Promise<void>;
  open(booked: Reply, path?: string): Promise<Reply>;
  post(booked: Reply, action: string, key?: string): Promise<Reply>;
  /** How many claims there are on these seats. */
  claims(seats: string[]): Promise<number | undefined>;
  /** Waits for so many more webhook events, then runs the jobs. */
  settle(events: number): Promise<void>;
};

/** A buyer for one test file. */
export function createBuyer(world: CoreWorld): Buyer {
  let [nextSeat, seen] = [0, 0];
  const paymentOf = (reply: Reply) => v.parse(paymentSchema, reply.body['payment']);
  const auth = (booked: Reply) => ({ token: String(booked.body['accessToken']) });
  const pathOf = (booked: Reply) => `/v1/bookings/${String(booked.body['bookingId'])}`;
  const settle = (events: number) => world.settle((seen += events));
  const seat = () => `s${(nextSeat += 1)}`;
  return {
    seat,
    async book({ seat: wanted, standing } = {}) {
      const held = await (standing === undefined ? world.holdSeats([wanted ?? seat()]) : world.holdStanding(standing));
      const key = newId();
      for (;;) {
        const reply = await world.book(held, key);
        if (reply.status === 201) return reply;
        if (reply.status !== 503) throw new Error(`no booking: ${JSON.stringify(reply.body)}`);
      }
    },
    paymentOf,
    settle,
    async pay(booked, completion = { outcome: 'succeed' }, events = 1) {
      expect((await world.openCheckout(paymentOf(booked).checkoutUrl)).status).toBe(303);
      const done = await world.sandbox('POST', `/payments/${paymentOf(booked).paymentId}/complete`, completion);
      expect(done.status).toBe(200);
      await settle(events);
    },
    open: (booked, path = '') => world.call('GET', `${pathOf(booked)}${path}`, auth(booked)),
    post: (booked, action, key = newId()) =>
      world.call('POST', `${pathOf(booked)}/${action}`, { ...auth(booked), key, body: {} }),
    async claims(seats) {
      const rows = await world.sql<
        { count: number }[]
      >`SELECT count(*)::int AS count FROM seat_claims WHERE seat_id = ANY (${seats})`;
      return rows[0]?.count;
    },
  };
}
