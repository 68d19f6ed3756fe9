import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { reconcileMoney } from '../reconcile/reconcile-money.ts';
import { createStripeProvider } from './stripe-provider.ts';

let world: CoreWorld;
let buyer: Buyer;
beforeAll(async () => {
  world = await startCoreWorld({ provider: 'stripe' });
  buyer = createBuyer(world);
});
afterAll(() => world.close());

const settings = () => world.deps.config.payments.stripe ?? { url: '', secretKey: '', webhookSecret: '' };
const idOf = (booked: Reply) => buyer.paymentOf(booked).paymentId;
const historyOf = async (booked: Reply) => {
  const rows = await world.sql`SELECT action, details FROM booking_history
    WHERE booking_id = ${String(booked.body['bookingId'])} AND actor = 'provider' ORDER BY at`;
  return rows.map(({ action, details }) => ({ action: String(action), ...(details as object) }));
};
const ledgerOf = async (booked: Reply) =>
  (
    await world.sql`SELECT kind, amount_minor AS amount FROM payment_ledger WHERE payment_id = ${idOf(booked)} ORDER BY kind`
  ).map(({ kind, amount }) => [String(kind), Number(amount)]);
const at = (booked: Reply, action: string, body: object = {}) =>
  world.sandbox('POST', `/payments/${idOf(booked)}/${action}`, body);

describe('what happens at Stripe without our doing', () => {
  it('a refund from the dashboard is found by its charge’s event, and written once however often it is told', async () => {
    const booked = await buyer.book();
    await buyer.pay(booked);
    await at(booked, 'refunds', { amount: 2000 });
    await buyer.settle(1);
    await at(booked, 'refunds', { amount: 3000 });
    await buyer.settle(1);
    expect(await ledgerOf(booked)).toEqual([
      ['capture', 5000],
      ['refund', 2000],
      ['refund', 3000],
    ]);
    expect((await buyer.open(booked)).body).toMatchObject({ status: 'confirmed', payments: [{ status: 'refunded' }] });
  });

  it('after a refund of a part from the dashboard a cancelled booking gives the rest back', async () => {
    const booked = await buyer.book();
    await buyer.pay(booked);
    await at(booked, 'refunds', { amount: 2000 });
    await buyer.settle(1);
    expect((await buyer.post(booked, 'cancel')).body).toMatchObject({ refund: { amountMinor: 3000 } });
    await world.drain();
    await buyer.settle(1);
    expect(await ledgerOf(booked)).toEqual([
      ['capture', 5000],
      ['refund', 2000],
      ['refund', 3000],
    ]);
    expect((await buyer.open(booked)).body['status']).toBe('refunded');
  });

  it('a refund that a person overtakes in the dashboard is laid aside, and done once the rest went back there', async () => {
    const booked = await buyer.book();
    await buyer.pay(booked);
    await buyer.post(booked, 'cancel');
    await at(booked, 'refunds', { amount: 2000 });
    await world.drain();
    const due = async () =>
      (
        await world.sql`SELECT last_error FROM outbox WHERE booking_id = ${String(booked.body['bookingId'])}
        AND kind = 'payment.refund' AND done_at IS NULL`
      ).map((row) => String(row['last_error']));
    expect(await due()).toEqual([expect.stringContaining('amount_too_large')]);
    await at(booked, 'refunds', { amount: 3000 });
    await world.sql`UPDATE outbox SET due_at = now() WHERE done_at IS NULL`;
    await world.drain();
    expect(await due()).toEqual([]);
    await buyer.settle(2);
    expect(await ledgerOf(booked)).toEqual([
      ['capture', 5000],
      ['refund', 2000],
      ['refund', 3000],
    ]);
    expect((await buyer.open(booked)).body['status']).toBe('refunded');
  });

  it('a booking whose money all went back from the dashboard can be cancelled, by its buyer and by an operator', async () => {
    const token = await world.operatorToken('operator');
    const refund = (booked: Reply, body: object) =>
      world.call('POST', `/v1/operator/bookings/${String(booked.body['bookingId'])}/refund`, {
        token,
        key: newId(),
        body,
      });
    const returned = async (): Promise<Reply> => {
      const booked = await buyer.book();
      await buyer.pay(booked);
      await at(booked, 'refunds', { amount: 4000 });
      await buyer.settle(1);
      expect((await refund(booked, { amountMinor: 1001 })).body).toMatchObject({ status: 409, refundableMinor: 1000 });
      await at(booked, 'refunds', { amount: 1000 });
      await buyer.settle(1);
      return booked;
    };
    const [own, operators] = [await returned(), await returned()];
    expect((await buyer.post(own, 'cancel')).body).toEqual({ status: 'cancelled' });
    expect(await refund(operators, {})).toMatchObject({ status: 200, body: { status: 'cancelled', retainedMinor: 0 } });
    expect((await refund(operators, {})).status).toBe(409);
    for (const booked of [own, operators]) expect((await buyer.open(booked)).body['status']).toBe('refunded');
    const rows = await world.sql`SELECT 1 FROM outbox WHERE kind = 'payment.refund' AND done_at IS NULL`;
    expect(rows).toEqual([]);
  });

  it('a refund that fails later is taken back from the ledger and stands on the history, also when told twice', async () => {
    const booked = await buyer.book();
    await buyer.pay(booked);
    await buyer.post(booked, 'cancel');
    await world.drain();
    await buyer.settle(1);
    expect((await buyer.open(booked)).body['status']).toBe('refunded');
    for (let told = 0; told < 2; told += 1) {
      await at(booked, 'fail-refunds');
      await buyer.settle(1);
    }
    expect(await ledgerOf(booked)).toEqual([['capture', 5000]]);
    expect((await historyOf(booked)).filter(({ action }) => action === 'refund_failed')).toHaveLength(1);
  });

  it('a dispute is noted when it begins and when it ends, once each, and changes nothing else', async () => {
    const booked = await buyer.book();
    await buyer.pay(booked);
    for (const status of ['needs_response', 'lost', 'lost']) {
      await at(booked, 'dispute', { status });
      await buyer.settle(1);
    }
    const notes = (await historyOf(booked)).filter(({ action }) => action === 'dispute');
    expect(notes).toMatchObject([
      { status: 'needs_response', reason: 'fraudulent', amountMinor: 5000, currency: 'EUR' },
      { status: 'lost' },
    ]);
    expect((await buyer.open(booked)).body['status']).toBe('confirmed');
    const csv = await fetch(`${world.coreUrl}/v1/operator/bookings.csv`, {
      headers: { authorization: `Bearer ${await world.operatorToken('operator')}` },
    });
    const line = (await csv.text()).split('\r\n').find((text) => text.startsWith(String(booked.body['bookingId'])));
    expect(line).toMatch(/,lost$/);
  });

  it('nothing of an event is kept that says who paid', async () => {
    const eventId = newId();
    const billing = { name: 'Ada Lovelace', email: 'ada@example.org' };
    await world.tell('charge.refunded', { id: 'ch_1', payment_intent: 'pi_other', billing_details: billing }, eventId);
    await buyer.settle(1);
    const [row] = await world.sql`SELECT payload::text AS payload FROM webhook_inbox WHERE event_id = ${eventId}`;
    expect(row?.['payload']).toContain('pi_other');
    expect(row?.['payload']).not.toContain('Ada');
  });

  it('a declined card is noted and leaves the attempt open', async () => {
    const booked = await buyer.book();
    await buyer.pay(booked, { outcome: 'fail' });
    expect(await historyOf(booked)).toMatchObject([{ action: 'payment_declined' }]);
    expect((await buyer.open(booked)).body).toMatchObject({ payments: [{ status: 'open' }] });
  });

  it('events of other software’s payments, and of kinds unheard of, are taken and change nothing', async () => {
    const foreign = { id: 'pi_other', amount_received: 100, currency: 'eur', metadata: {} };
    const ids = [newId(), newId(), newId()];
    expect(await world.tell('payment_intent.succeeded', foreign, ids[0])).toBe(204);
    expect(await world.tell('charge.refunded', { payment_intent: 'pi_other' }, ids[1])).toBe(204);
    expect(await world.tell('customer.created', {}, ids[2])).toBe(204);
    await buyer.settle(3);
    const rows =
      await world.sql`SELECT 1 FROM webhook_inbox WHERE event_id = ANY (${ids}) AND processed_at IS NOT NULL`;
    expect(rows).toHaveLength(3);
  });
});

describe('the calls', () => {
  const payment = () => ({ paymentId: newId(), amountMinor: 5000, currency: 'EUR', returnUrl: 'http://127.0.0.1:9/' });

  it('make one session of twenty that are sent at once, and one refund', async () => {
    const provider = world.deps.payments.current;
    const wanted = payment();
    const made = await Promise.allSettled(Array.from({ length: 20 }, () => provider.createPayment(wanted)));
    const urls = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.payUrl] : []));
    expect(urls.length).toBeGreaterThan(0);
    expect(new Set(urls).size).toBe(1);
    const { captureId } = (
      await world.sandbox('POST', `/payments/${wanted.paymentId}/complete`, { outcome: 'succeed' })
    ).body;
    const refund = { ...wanted, captureId: String(captureId), refundKey: 'key' };
    const refunds = await Promise.all([provider.refundPayment(refund), provider.refundPayment(refund)]);
    expect(new Set(refunds.map(({ refundId }) => refundId)).size).toBe(1);
    // Also by another key: it is all back, which is what was asked for.
    expect(await provider.refundPayment({ ...refund, refundKey: 'other' })).toEqual(refunds[0]);
    expect((await world.sandbox('GET', `/payments/${wanted.paymentId}`)).body['refundedMinor']).toBe(5000);
    await buyer.settle(2);
  });

  it('refuse other values under the same key, and a refund of what was never captured', async () => {
    const provider = world.deps.payments.current;
    const wanted = payment();
    await provider.createPayment(wanted);
    const code = 'payment_provider_unavailable';
    await expect(provider.createPayment({ ...wanted, amountMinor: 1 })).rejects.toMatchObject({ code });
    const refund = { ...wanted, captureId: 'pi_none', refundKey: 'none' };
    await expect(provider.refundPayment(refund)).rejects.toThrow('resource_missing');
  });

  it('cancel a payment that Stripe never heard of, so that nothing can land', async () => {
    const wanted = payment();
    expect(await world.deps.payments.current.cancelPayment(wanted)).toEqual({ outcome: 'cancelled' });
    expect(await world.deps.payments.current.cancelPayment(wanted)).toEqual({ outcome: 'cancelled' });
    expect((await world.sandbox('GET', `/payments/${wanted.paymentId}`)).body['status']).toBe('cancelled');
    await buyer.settle(1);
  });

  it('tell nobody the key when Stripe refuses it', async () => {
    const provider = createStripeProvider({ ...settings(), secretKey: ['sk', 'test', 'stolenkey1234'].join('_') });
    const error: unknown = await provider.createPayment(payment()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'payment_provider_unavailable' });
    const told =
      error instanceof Error && error.cause instanceof Error ? error.message + String(error.cause.stack) : '';
    expect(told).toContain('401');
    expect(told).not.toContain('key1234');
  });
});

it('the reconciliation finds captures and refunds that no webhook told of, page after page', async () => {
  await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
  const booked = await buyer.book();
  await world.openCheckout(buyer.paymentOf(booked).checkoutUrl);
  await at(booked, 'complete', { outcome: 'succeed' });
  await at(booked, 'refunds', { amount: 5000 });
  await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
  const tomorrow = new Date(Date.now() + 86_400_000);
  expect(await reconcileMoney(world.deps, { startedAt: new Date(), madeSince: tomorrow })).toEqual([]);
  const found = await reconcileMoney(world.deps, { startedAt: new Date(), madeSince: null });
  expect(found.filter(({ subject }) => subject === `payment:${idOf(booked)}`)).toMatchObject([
    { kind: 'capture_not_known', outcome: 'repaired' },
    { kind: 'refund_not_known', outcome: 'repaired' },
  ]);
  const again = await reconcileMoney(world.deps, { startedAt: new Date(), madeSince: null });
  expect(again.filter(({ outcome }) => outcome === 'repaired')).toEqual([]);
});

it('a signature older than five minutes is refused', async () => {
  const payload = JSON.stringify({ id: newId(), object: 'event', type: 'customer.created', data: { object: {} } });
  const stripe = new Stripe('unused');
  const answer = async (ageSeconds: number) => {
    const timestamp = Math.floor(Date.now() / 1000) - ageSeconds;
    const header = stripe.webhooks.generateTestHeaderString({ payload, secret: settings().webhookSecret, timestamp });
    const headers = { 'stripe-signature': header };
    return (await world.call('POST', '/v1/payments/webhooks/stripe', { body: payload, headers })).status;
  };
  expect([await answer(310), await answer(290)]).toEqual([400, 204]);
});
