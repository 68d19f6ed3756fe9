import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { Told } from '../../tests/checker/history.ts';
import { getRequest, postRequest, type HttpLine, type LineAnswer } from './http-line.ts';
import { ORIGIN, STANDING, WEBHOOK_SECRET, ZONES } from './shop.ts';
import { SHOW } from './show.ts';

/** Somebody with a pass, and what they want: seat number n, or one standing place. */
export type Buyer = { ticketId: string; pass: string; seat: number | null };

/** What became of a buyer: how long each step took (ms), what they were told, and by which code or status they were refused. */
export type Bought = { holdMs: number; bookMs?: number; told?: Told; refused?: string };

const heldSchema = v.object({ holdId: v.string(), receipt: v.string() });
const bookedSchema = v.object({
  bookingId: v.string(),
  payment: v.object({ paymentId: v.string(), checkoutUrl: v.string() }),
  total: v.object({ amountMinor: v.number(), currency: v.string() }),
});
const codeSchema = v.object({ code: v.string() });
/** How often a buyer opens a checkout that says the provider is away, and after how long, ms. */
const [CHECKOUT_TRIES, AGAIN_MS] = [60, 500];
const KEY = Buffer.from(WEBHOOK_SECRET.slice('whsec_'.length), 'base64');

/** The bytes of a buyer's `POST holds`, or of the same to another path. */
export function holdRequest({ pass, seat }: Buyer, path = '/v1/holds'): string {
  const item =
    seat === null ? { zoneId: STANDING, quantity: 1 } : { zoneId: `block-${seat % ZONES}`, seats: [`s${seat}`] };
  const headers = { authorization: `Bearer ${pass}`, 'idempotency-key': randomUUID() };
  return postRequest(path, headers, JSON.stringify({ performanceId: SHOW, items: [item] }));
}

/** Pays a booking; resolves when the payment is made or its event is answered. */
export type Pay = (line: HttpLine, booked: v.InferOutput<typeof bookedSchema>) => Promise<LineAnswer>;

/** Hold, booking, payment. */
export async function buy(line: HttpLine, buyer: Buyer, request: string, pay: Pay): Promise<Bought> {
  const began = performance.now();
  const held = await line.send(request);
  const holdMs = performance.now() - began;
  if (held.status !== 201) return { holdMs, refused: refusalOf(held) };
  const { holdId, receipt } = v.parse(heldSchema, JSON.parse(held.body));
  const body = { receipt, buyer: { name: 'Ada Lovelace', email: `${buyer.ticketId}@example.org` } };
  const booking = await line.send(
    postRequest('/v1/bookings', { 'idempotency-key': randomUUID() }, JSON.stringify(body)),
  );
  const bookMs = performance.now() - began - holdMs;
  if (booking.status !== 201) return { holdMs, bookMs, refused: refusalOf(booking) };
  const booked = v.parse(bookedSchema, JSON.parse(booking.body));
  const paid = await pay(line, booked);
  if (paid.status >= 300) throw new Error(`paying was answered ${paid.status}: ${paid.body}`);
  const { bookingId, total } = booked;
  const seats = buyer.seat === null ? [] : [`s${buyer.seat}`];
  const places = buyer.seat === null ? { [STANDING]: 1 } : {};
  const money = { totalMinor: total.amountMinor, currency: total.currency };
  return { holdMs, bookMs, told: { kind: 'booked', bookingId, holdId, seats, places, ...money } };
}

/** By the provider's signed event, which the load tells in its name. */
export const payByEvent: Pay = (line, { payment, total }) => line.send(paidEvent(payment.paymentId, total));

/** As a browser pays: the checkout's address leads to the sandbox provider, which completes it and tells core by itself. */
export const payAtSandbox =
  (sandbox: HttpLine): Pay =>
  async (line, { payment }) => {
    const request = getRequest(payment.checkoutUrl.replace(`${ORIGIN}/api/core`, ''));
    let checkout = await line.send(request);
    // The page that core shows while the provider is slow asks to try again; the seats are kept meanwhile.
    for (let tries = 1; checkout.status === 503 && tries < CHECKOUT_TRIES; tries += 1) {
      await sleep(AGAIN_MS);
      checkout = await line.send(request);
    }
    if (checkout.status !== 303) return checkout;
    return sandbox.send(postRequest(`/payments/${payment.paymentId}/complete`, {}, '{"outcome":"succeed"}'));
  };

/** The webhook by which the sandbox provider tells that a payment succeeded, signed by Standard Webhooks. */
function paidEvent(paymentId: string, total: { amountMinor: number; currency: string }): string {
  const data = { paymentId, ...total, captureId: randomUUID() };
  const body = JSON.stringify({ type: 'payment.succeeded', timestamp: new Date().toISOString(), data });
  const [id, seconds] = [randomUUID(), String(Math.floor(Date.now() / 1000))];
  const signature = createHmac('sha256', KEY).update(`${id}.${seconds}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
  return postRequest('/v1/payments/webhooks/sandbox', headers, body);
}

function refusalOf({ status, body }: LineAnswer): string {
  const code = v.safeParse(codeSchema, JSON.parse(body));
  return code.success ? code.output.code : String(status);
}
