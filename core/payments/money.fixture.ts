import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markRequested } from '../../db/queries/payments.ts';
import { newId } from '../../platform/id.ts';
import { newTicketId } from '../../platform/random.ts';
import { accessKey } from '../../redis/keys.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { ROOM, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import type { ProviderName } from '../provider-world.fixture.ts';

/** What a booking's money comes to, the same whoever takes it: the tests of one provider. */
export function describeMoney(provider: ProviderName): void {
  describe(`a booking's money, taken by the provider ${provider}`, () => {
    let world: CoreWorld;
    let buyer: Buyer;

    beforeAll(async () => {
      world = await startCoreWorld({ provider });
      buyer = createBuyer(world);
    });
    afterAll(() => world.close());

    it('is confirmed once, however often the webhook comes', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      await buyer.pay(booked, { outcome: 'succeed', webhook: { copies: 20 } });
      const { paymentId } = buyer.paymentOf(booked);
      expect(await world.sql`SELECT kind FROM payment_ledger WHERE payment_id = ${paymentId}`).toHaveLength(1);
      expect((await buyer.open(booked, '/tickets')).body['tickets']).toHaveLength(1);
    });

    it('stays unpaid on a forged webhook, which is answered with 400', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      await buyer.pay(booked, { outcome: 'succeed', webhook: { badSignature: true } }, 0);
      const forged = await world.call('POST', `/v1/payments/webhooks/${provider}`, {
        body: { type: 'payment.succeeded' },
        headers: { 'webhook-id': 'x' },
      });
      expect(forged).toMatchObject({ status: 400, body: { code: 'signature_invalid' } });
      await world.drain();
      expect((await buyer.open(booked)).body['status']).toBe('pending_payment');
    });

    it('refuses an event whose text nothing can store, instead of failing on it for ever', async () => {
      for (const paymentId of ['\u0000', 'a\u0000b', '\ud800']) {
        expect(await world.tell('payment.succeeded', { paymentId, amountMinor: 1, currency: 'EUR' })).toBe(422);
      }
    });

    it('is settled at the checkout when the webhook never came, and once only when it comes after all', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      const { paymentId, checkoutUrl } = buyer.paymentOf(booked);
      await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
      await buyer.pay(booked, { outcome: 'succeed' }, 0);
      await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
      expect((await buyer.open(booked)).body['status']).toBe('pending_payment');
      for (let visits = 0; visits < 2; visits += 1) {
        const answer = await world.openCheckout(checkoutUrl);
        expect(answer.status).toBe(303);
        expect(answer.headers.get('location')).toContain('/shop/?booking=');
      }
      await buyer.settle(1);
      expect((await buyer.open(booked)).body['status']).toBe('confirmed');
      const { captureId } = (await world.sandbox('GET', `/payments/${paymentId}`)).body;
      const capture = { paymentId, captureId, amountMinor: 5000, currency: 'EUR' };
      expect(await world.tell('payment.succeeded', capture)).toBe(204);
      await buyer.settle(1);
      expect(await world.sql`SELECT kind FROM payment_ledger WHERE payment_id = ${paymentId}`).toHaveLength(1);
      expect((await buyer.open(booked)).body['status']).toBe('confirmed');
    });

    it('ends with the ticket for a buyer who comes back from the checkout after the session ended', async () => {
      const owner = newTicketId();
      const booked = await world.book(await world.holdSeats([buyer.seat()], owner));
      await world.openCheckout(buyer.paymentOf(booked).checkoutUrl);
      await world.deps.redis.del(accessKey(ROOM, owner));
      await world.sandbox('POST', `/payments/${buyer.paymentOf(booked).paymentId}/complete`, { outcome: 'succeed' });
      await buyer.settle(1);
      expect((await world.openCheckout(buyer.paymentOf(booked).checkoutUrl)).headers.get('location')).toContain(
        '/shop/?booking=',
      );
      expect((await buyer.open(booked)).body['status']).toBe('confirmed');
      expect((await buyer.open(booked, '/tickets')).body['tickets']).toHaveLength(1);
    });

    it('tells a person at the checkout that the provider is away, and a program by its code', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      const path = buyer.paymentOf(booked).checkoutUrl.replace(/^.*\/api\/core/, '');
      await world.sandbox('PATCH', '/faults', { down: true });
      const page = await world.call('GET', path, { headers: { accept: 'text/html,*/*;q=0.8' } });
      const problem = await world.call('GET', path, { headers: { accept: '*/*' } });
      await world.sandbox('PATCH', '/faults', { down: false });
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2']);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.body['text']).toContain('Your seats are kept until <time');
      expect(page.body['text']).toContain(`href="${buyer.paymentOf(booked).checkoutUrl}"`);
      expect(page.body['text']).toContain(`/shop/?booking=${String(booked.body['bookingId'])}"`);
      expect(problem).toMatchObject({ status: 503, body: { code: 'payment_provider_unavailable' } });
      expect(problem.body['payBy']).toBe(booked.body['payBy']);
    });

    it('keeps its seats after a declined payment and can be paid after all', async () => {
      const seats = [buyer.seat()];
      const booked = await world.book(await world.holdSeats(seats));
      const same = await buyer.post(booked, 'payments');
      expect(same.body['paymentId']).toBe(buyer.paymentOf(booked).paymentId);
      expect(same.body['checkoutUrl']).not.toBe(buyer.paymentOf(booked).checkoutUrl);
      await buyer.pay(booked, { outcome: 'fail' });
      expect(await buyer.claims(seats)).toBe(1);
      const next = await buyer.post(booked, 'payments');
      expect(next.status).toBe(201);
      // At Stripe a declined card can be followed by another; the sandbox's payment is over, and the next is a new one.
      expect(next.body['paymentId'] === buyer.paymentOf(booked).paymentId).toBe(provider === 'stripe');
      await buyer.pay({ ...next, body: { payment: next.body } });
      expect((await buyer.open(booked)).body['status']).toBe('confirmed');
      expect(await buyer.post(booked, 'payments')).toMatchObject({
        status: 409,
        body: { code: 'booking_not_payable' },
      });
    });

    it('is cancelled by its owner, refunded through the provider, and its seat sold again', async () => {
      const seats = [buyer.seat()];
      const booked = await world.book(await world.holdSeats(seats));
      await buyer.pay(booked);
      const cancelled = await buyer.post(booked, 'cancel', 'cancel-1');
      expect(cancelled.body).toEqual({
        status: 'cancelled',
        refund: { amountMinor: 5000, currency: 'EUR', status: 'pending' },
      });
      expect((await buyer.post(booked, 'cancel', 'cancel-1')).headers.get('idempotency-replayed')).toBe('true');
      await world.drain();
      await buyer.settle(1);
      expect((await buyer.open(booked)).body).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
      expect((await world.sandbox('GET', `/payments/${buyer.paymentOf(booked).paymentId}`)).body['refundedMinor']).toBe(
        5000,
      );
      expect((await buyer.open(booked, '/tickets')).status).toBe(409);
      expect(await buyer.post(booked, 'cancel')).toMatchObject({
        status: 409,
        body: { code: 'booking_not_cancellable' },
      });
      const refused = await buyer.post(booked, 'cancel', 'cancel-2');
      const again = await buyer.post(booked, 'cancel', 'cancel-2');
      expect(refused.headers.get('idempotency-replayed')).toBeNull();
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again).toMatchObject({ status: 409, body: { code: 'booking_not_cancellable', status: 409 } });
      expect(again.body['requestId']).toBe(again.headers.get('x-request-id'));
      expect((await world.book(await world.holdSeats(seats))).status).toBe(201);
    });

    it('gives money back that lands after it was cancelled, without taking the seats again', async () => {
      const seats = [buyer.seat()];
      const booked = await world.book(await world.holdSeats(seats));
      const { paymentId, checkoutUrl } = buyer.paymentOf(booked);
      await world.openCheckout(checkoutUrl);
      await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
      await world.sandbox('POST', `/payments/${paymentId}/complete`, { outcome: 'succeed' });
      await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
      expect((await buyer.post(booked, 'cancel')).body).toEqual({ status: 'cancelled' });
      const { captureId } = (await world.sandbox('GET', `/payments/${paymentId}`)).body;
      await world.tell('payment.succeeded', { paymentId, captureId, amountMinor: 5000, currency: 'EUR' });
      await buyer.settle(1);
      await buyer.settle(1);
      expect((await buyer.open(booked)).body['status']).toBe('refunded');
      expect(await buyer.claims(seats)).toBe(0);
    });

    it('frees its seats when nobody has paid by the time', async () => {
      const seats = [buyer.seat()];
      const booked = await world.book(await world.holdSeats(seats));
      await world.openCheckout(buyer.paymentOf(booked).checkoutUrl);
      await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
      await world.drain();
      await buyer.settle(1);
      expect((await buyer.open(booked)).body['status']).toBe('expired');
      expect((await world.sandbox('GET', `/payments/${buyer.paymentOf(booked).paymentId}`)).body['status']).toBe(
        'cancelled',
      );
      expect((await world.book(await world.holdSeats(seats))).status).toBe(201);
    });

    it('is confirmed at its end when the provider says it was paid, though no webhook came', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
      await buyer.pay(booked, { outcome: 'succeed' }, 0);
      await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
      await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
      await world.drain();
      expect((await buyer.open(booked)).body['status']).toBe('confirmed');
    });

    it('keeps its seats while the provider is silent, to the hard cap, and is confirmed when it was paid after all', async () => {
      const seats = [buyer.seat()];
      const booked = await world.book(await world.holdSeats(seats));
      const id = String(booked.body['bookingId']);
      await world.openCheckout(buyer.paymentOf(booked).checkoutUrl);
      await world.sandbox('PATCH', '/faults', { down: true });
      expect(await world.openCheckout(buyer.paymentOf(booked).checkoutUrl)).toMatchObject({ status: 503 });
      await world.sql`UPDATE bookings SET pay_by = now() - interval '599 seconds' WHERE id = ${id}`;
      await world.drain();
      expect((await buyer.open(booked)).body['status']).toBe('pending_payment');
      await world.sql`UPDATE bookings SET pay_by = now() - interval '601 seconds', expiry_retry_at = NULL WHERE id = ${id}`;
      await world.drain();
      expect((await buyer.open(booked)).body['status']).toBe('expired');
      await world.sandbox('PATCH', '/faults', { down: false });
      await world.sandbox('POST', `/payments/${buyer.paymentOf(booked).paymentId}/complete`, { outcome: 'succeed' });
      await buyer.settle(1);
      expect((await buyer.open(booked)).body['status']).toBe('confirmed');
      expect(await buyer.claims(seats)).toBe(1);
    });

    it.each([
      ['a rival has the seat by then', null],
      ['its buyer has booked all they may meanwhile', 1],
    ])('gives a late payment back when %s', async (_, placesPerBuyer) => {
      const seats = [buyer.seat()];
      const booked = await world.book(await world.holdSeats(seats));
      const { paymentId } = buyer.paymentOf(booked);
      await world.openCheckout(buyer.paymentOf(booked).checkoutUrl);
      await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
      const paid = await world.sandbox('POST', `/payments/${paymentId}/complete`, { outcome: 'succeed' });
      await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
      // As if the hard cap had passed while the provider was away.
      await world.sql`UPDATE payments SET requested_at = NULL WHERE id = ${paymentId}`;
      await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
      await world.drain();
      const rival = await world.book(await world.holdSeats(placesPerBuyer === null ? seats : [buyer.seat()]));
      expect(rival.status).toBe(201);
      await world.sql`UPDATE performances SET places_per_buyer = ${placesPerBuyer}`;
      const { captureId } = paid.body;
      await world.tell('payment.succeeded', { paymentId, captureId, amountMinor: 5000, currency: 'EUR' });
      await buyer.settle(1);
      await buyer.settle(1);
      await world.sql`UPDATE performances SET places_per_buyer = NULL`;
      expect((await buyer.open(booked)).body['status']).toBe('refunded');
      expect((await buyer.open(rival)).body['status']).toBe('pending_payment');
    });

    it('gives a wrong amount back and goes on waiting for the right one', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      const { paymentId } = buyer.paymentOf(booked);
      await world.tell('payment.succeeded', { paymentId, captureId: 'cap-wrong', amountMinor: 4999, currency: 'EUR' });
      await buyer.settle(1);
      expect((await buyer.open(booked)).body['status']).toBe('pending_payment');
      const rows =
        await world.sql`SELECT payload FROM outbox WHERE kind = 'payment.refund' AND payload ->> 'captureId' = 'cap-wrong'`;
      expect(rows[0]?.['payload']).toMatchObject({ amountMinor: 4999 });
      expect((await buyer.post(booked, 'payments')).body['paymentId']).not.toBe(paymentId);
    });

    it('gives a second capture back, and that one only', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      await buyer.pay(booked);
      const { paymentId } = buyer.paymentOf(booked);
      await world.tell('payment.succeeded', { paymentId, captureId: 'cap-second', amountMinor: 5000, currency: 'EUR' });
      await buyer.settle(1);
      expect((await buyer.open(booked)).body['status']).toBe('confirmed');
      const rows =
        await world.sql`SELECT payload ->> 'captureId' AS id FROM outbox WHERE kind = 'payment.refund' AND payload ->> 'paymentId' = ${paymentId}`;
      expect(rows.map((row) => String(row['id']))).toEqual(['cap-second']);
      // At Stripe a payment has one capture, so that there is nothing there to give back.
      await buyer.settle(provider === 'sandbox' ? 1 : 0);
      expect((await buyer.open(booked)).body).toMatchObject({
        status: 'confirmed',
        payments: [{ status: 'captured' }],
      });
    });

    it('lays an event aside that nobody can read, and tries one of an unknown payment again later', async () => {
      expect(await world.tell('payment.succeeded', { nothing: true }, 'unreadable')).toBe(204);
      expect(
        await world.tell('payment.failed', { paymentId: newId(), amountMinor: 1, currency: 'EUR' }, 'unknown'),
      ).toBe(204);
      expect(await world.tell('payout.paid', {}, 'unheard')).toBe(204);
      await buyer.settle(3);
      const rows =
        await world.sql`SELECT event_id, processed_at IS NOT NULL AS done, dead_at IS NOT NULL AS dead, due_at > now() AS later
      FROM webhook_inbox WHERE event_id IN ('unreadable', 'unknown', 'unheard') ORDER BY event_id`;
      expect(rows.map((row) => ({ ...row }))).toEqual([
        { event_id: 'unheard', done: true, dead: false, later: true },
        { event_id: 'unknown', done: false, dead: false, later: true },
        { event_id: 'unreadable', done: false, dead: true, later: false },
      ]);
    });

    it('is not asked for at the provider when its booking ends just then', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      const { paymentId } = buyer.paymentOf(booked);
      expect(await markRequested(world.sql, paymentId)).toBe(true);
      await world.sql`UPDATE payments SET status = 'cancelled', requested_at = NULL WHERE id = ${paymentId}`;
      expect(await markRequested(world.sql, paymentId)).toBe(false);
      expect(await world.sql`SELECT 1 FROM payments WHERE id = ${paymentId} AND requested_at IS NULL`).toHaveLength(1);
      const opened = await world.openCheckout(buyer.paymentOf(booked).checkoutUrl);
      expect(opened.headers.get('location')).toContain('/shop/?booking=');
      expect((await world.sandbox('GET', `/payments/${paymentId}`)).status).toBe(404);
    });

    it('sends a browser back to the shop when there is nothing left to pay, and knows no other code', async () => {
      const booked = await world.book(await world.holdSeats([buyer.seat()]));
      await buyer.pay(booked);
      const again = await world.openCheckout(buyer.paymentOf(booked).checkoutUrl);
      expect(again.headers.get('location')).toBe(
        `http://127.0.0.1:9/shop/?booking=${String(booked.body['bookingId'])}`,
      );
      expect((await world.openCheckout(`${buyer.paymentOf(booked).checkoutUrl.slice(0, -4)}AAAA`)).status).toBe(404);
    });
  });
}
