import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { BUYER, ORIGIN, ROOM, SHOW } from '../../core/core-world.fixture.ts';
import { newId } from '../../platform/id.ts';
import { newTicketId } from '../../platform/random.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import type { Told } from '../checker/history.ts';
import type { StormWorld } from './storm-world.ts';

/** How long a buyer asks again with the same key, and how often, ms. */
const PATIENCE_MS = 40_000;
const AGAIN_MS = 200;
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
  /** How the provider's webhook misbehaves. */
  webhook: { copies: number; reorder: boolean };
};

/** What a buyer came to: what they were told, why they went away, and which answers of core nobody may ever get. */
export type Ending = { told: Told[]; left: string; amiss: string[] };

type Answer = { status: number; body: unknown; retryAfter?: string | null };

const heldSchema = v.object({ holdId: v.string(), receipt: v.string() });
const bookedSchema = v.object({
  bookingId: v.string(),
  accessToken: v.string(),
  payment: v.object({ paymentId: v.string(), checkoutUrl: v.string() }),
  total: v.object({ amountMinor: v.number(), currency: v.string() }),
});

/** One buyer, from the way in to the end; asks again whatever happens, as an honest client does. Throws when told nonsense. */
export async function runBuyer(storm: StormWorld, plan: Plan): Promise<Ending> {
  await sleep(plan.startMs);
  const told: Told[] = [];
  const ticketId = newTicketId();
  const amiss: string[] = [];
  const post = (path: string, token: string | null, body: object, key = newId()) =>
    untilAnswered(async () => {
      const answer = await postOnce(`${storm.coreUrl}${path}`, token, body, key);
      if (!isHonest(answer)) amiss.push(`${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    });
  await untilDone(() => storm.admit(ticketId));
  const nowMs = storm.world.deps.clock.nowMs();
  const session = { issuer: ORIGIN, room: ROOM, ticketId, lane: 'general', sessionEndsAtMs: nowMs + HOUR_MS, nowMs };
  const pass = await signAccessPass(storm.world.deps.keys.signing, session);

  const items = [
    ...(plan.seats.length === 0 ? [] : [{ zoneId: 'stalls', seats: plan.seats }]),
    ...(plan.standing === 0 ? [] : [{ zoneId: 'standing', quantity: plan.standing }]),
  ];
  const hold = await post('/v1/holds', pass, { performanceId: SHOW, items });
  if (hold.status !== 201) return { told, left: `hold ${hold.status}`, amiss };
  const held = v.parse(heldSchema, hold.body);

  const book = () => post('/v1/bookings', null, { receipt: held.receipt, buyer: BUYER });
  const answers = await Promise.all(plan.twice ? [book(), book()] : [book()]);
  const booked = answers.filter(({ status }) => status === 201).map(({ body }) => v.parse(bookedSchema, body));
  for (const { bookingId, total } of booked)
    told.push({
      kind: 'booked',
      bookingId,
      holdId: held.holdId,
      seats: plan.seats,
      places: plan.standing === 0 ? {} : { standing: plan.standing },
      totalMinor: total.amountMinor,
      currency: total.currency,
    });
  const [own] = booked;
  if (own === undefined) return { told, left: `booking ${answers[0]?.status}`, amiss };

  if (plan.pays) await untilPaid(storm, own.payment, plan.webhook);
  if (plan.cancels) {
    const cancelled = await post(`/v1/bookings/${own.bookingId}/cancel`, own.accessToken, {});
    if (cancelled.status === 200) told.push({ kind: 'cancelled', bookingId: own.bookingId });
  }
  return { told, left: 'done', amiss };
}

/** Opens the checkout and pays; a payment that is over by then is left as it is. */
async function untilPaid(
  { world, coreUrl }: StormWorld,
  payment: { paymentId: string; checkoutUrl: string },
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

async function postOnce(url: string, token: string | null, body: object, key: string): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json(), retryAfter: answer.headers.get('retry-after') };
}

/** Whatever fails behind core, it says that it can't, and when to come again; it never breaks. */
const isHonest = ({ status, retryAfter }: Answer): boolean =>
  status < 500 || (status === 503 && Number(retryAfter ?? 0) > 0);

const codeSchema = v.object({ code: v.string() });
/** Refusals of the moment: while the same key is being worked on, and while the room is let in again after a loss. */
const PASSING = new Set(['idempotency_key_in_flight', 'not_admitted', 'session_ended']);

/** Asks until something else than a lost connection, a 5xx or a refusal of the moment comes; in the end takes what came last. */
async function untilAnswered(ask: () => Promise<Answer>): Promise<Answer> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask().catch(() => ({ status: 0, body: null }));
    const code = v.safeParse(codeSchema, answer.body);
    const isPassing = answer.status === 0 || answer.status >= 500 || (code.success && PASSING.has(code.output.code));
    if (!isPassing || performance.now() > until) return answer;
    await sleep(AGAIN_MS);
  }
}

async function untilDone(work: () => Promise<void>): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
