import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { ORIGIN, ROOM, SHOW } from '../../core/core-world.fixture.ts';
import { newTicketId } from '../../platform/random.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import type { Told } from '../checker/history.ts';
import { createAsking, untilAnswered, untilDone } from './asking.ts';
import { bookHold, type Booked, heldSchema } from './book-hold.ts';
import type { StormWorld } from './storm-world.ts';

const HOUR_MS = 3_600_000;

/** What one buyer wants, all drawn before the storm. */
export type Plan = {
  startMs: number;
  seats: string[];
  standing: number;
  /** Also books the same hold with a second key at once. */
  twice: boolean;
  pays: boolean;
  cancels: boolean;
  /** Joins the waitlist when there is nothing left. */
  waits: boolean;
  /** How the provider's webhook misbehaves. */
  webhook: { copies: number; reorder: boolean };
};

/** What a buyer came to: what they were told, why they went away, and which answers of core nobody may ever get. */
export type Ending = {
  told: Told[];
  left: string;
  amiss: string[];
  /** What they wanted was not there. */
  isUnmet?: boolean;
};

/** One buyer, from the way in to the end; asks again whatever happens, as an honest client does. Throws when told nonsense. */
export async function runBuyer(storm: StormWorld, plan: Plan): Promise<Ending> {
  await sleep(plan.startMs);
  const told: Told[] = [];
  const ticketId = newTicketId();
  const amiss: string[] = [];
  const asking = createAsking(storm.coreUrl, amiss);
  const { post } = asking;
  await untilDone(() => storm.admit(ticketId));
  const nowMs = storm.world.deps.clock.nowMs();
  const session = { issuer: ORIGIN, room: ROOM, ticketId, lane: 'general', sessionEndsAtMs: nowMs + HOUR_MS, nowMs };
  const pass = await signAccessPass(storm.world.deps.keys.signing, session);

  const items = [
    ...(plan.seats.length === 0 ? [] : [{ zoneId: 'stalls', seats: plan.seats }]),
    ...(plan.standing === 0 ? [] : [{ zoneId: 'standing', quantity: plan.standing }]),
  ];
  const hold = await post('/v1/holds', pass, { performanceId: SHOW, items });
  if (hold.status !== 201) return { told, left: `hold ${hold.status}`, amiss, isUnmet: hold.status === 409 };
  const held = v.parse(heldSchema, hold.body);

  const { own, status, ...booking } = await bookHold(asking, held, plan, plan);
  told.push(...booking.told);
  if (own === undefined) return { told, left: `booking ${status}`, amiss };

  if (plan.pays) await untilPaid(storm, own, plan.webhook);
  if (plan.cancels) {
    const cancelled = await post(`/v1/bookings/${own.bookingId}/cancel`, own.accessToken, {});
    if (cancelled.status === 200) told.push({ kind: 'cancelled', bookingId: own.bookingId });
  }
  return { told, left: 'done', amiss };
}

/** Opens the checkout and pays; a payment that is over by then is left as it is. */
export async function untilPaid(
  { world, coreUrl }: StormWorld,
  { payment }: Booked,
  webhook: Plan['webhook'],
): Promise<void> {
  const address = payment.checkoutUrl.replace(`${ORIGIN}/api/core`, coreUrl);
  const opened = await untilAnswered(async () => {
    const answer = await fetch(address, { redirect: 'manual' });
    await answer.body?.cancel();
    return { status: answer.status, body: null };
  });
  if (opened.status !== 303) return;
  const completion = { outcome: 'succeed', webhook };
  await untilAnswered(() => world.sandbox('POST', `/payments/${payment.paymentId}/complete`, completion));
}
