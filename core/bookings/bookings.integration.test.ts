import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { newId } from '../../platform/id.ts';
import { verifyEntryTicket } from '../../tokens/entry-ticket.verify.ts';
import { BUYER, openCoreWorld, toSeatItem, type CoreWorld, type Reply } from '../core-world.fixture.ts';

type Payment = { paymentId: string; checkoutUrl: string };
const paymentOf = (reply: Reply) => reply.body['payment'] as Payment;

describe('a booking', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let world: CoreWorld;
  let events = 0;
  let nextSeat = 0;
  const seat = () => `s${(nextSeat += 1)}`;

  /** Books seats, opens the checkout and completes the payment at the provider. */
  async function pay(booked: Reply, completion: object = { outcome: 'succeed' }, copies = 1): Promise<void> {
    expect((await world.openCheckout(paymentOf(booked).checkoutUrl)).status).toBe(303);
    const done = await world.sandbox('POST', `/payments/${paymentOf(booked).paymentId}/complete`, completion);
    expect(done.status).toBe(200);
    events += copies === 0 ? 0 : 1;
    await world.settle(events);
  }
  const open = (booked: Reply, path = '') =>
    world.call('GET', `/v1/bookings/${String(booked.body['bookingId'])}${path}`, {
      token: String(booked.body['accessToken']),
    });
  const post = (booked: Reply, action: string, key = newId()) =>
    world.call('POST', `/v1/bookings/${String(booked.body['bookingId'])}/${action}`, {
      token: String(booked.body['accessToken']),
      key,
      body: {},
    });
  const claims = async (seats: string[]) =>
    (
      await world.sql<
        { count: number }[]
      >`SELECT count(*)::int AS count FROM seat_claims WHERE seat_id = ANY (${seats})`
    )[0]?.count;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
    world = await openCoreWorld(postgres, redis);
  });
  afterAll(async () => {
    await world.close();
    await Promise.all([redis.stop(), postgres.stop()]);
  });

  it('goes from a hold to tickets that a gate verifies offline', async () => {
    const seats = [seat(), seat()];
    const booked = await world.book(await world.holdSeats(seats));
    expect(booked.status).toBe(201);
    expect(booked.body).toMatchObject({ status: 'pending_payment', total: { amountMinor: 10_000, currency: 'EUR' } });
    expect((await open(booked, '/tickets')).body).toMatchObject({ code: 'booking_not_confirmed' });
    await pay(booked);
    expect((await open(booked)).body).toMatchObject({
      status: 'confirmed',
      buyer: BUYER,
      payments: [{ status: 'captured' }],
    });
    const { tickets } = (await open(booked, '/tickets')).body as {
      tickets: { id: string; seat: string; code: string }[];
    };
    expect(tickets.map((ticket) => ticket.seat)).toEqual(seats);
    const { keys } = (await world.call('GET', '/.well-known/jwks.json')).body as { keys: { kid: string; x: string }[] };
    for (const ticket of tickets)
      expect(await verifyEntryTicket(keys, ticket.code)).toMatchObject({ ok: true, ticket: { seat: ticket.seat } });
    const qr = await open(booked, `/tickets/${tickets[0]?.id}/qr.svg`);
    expect(qr.headers.get('content-type')).toBe('image/svg+xml');
    expect(qr.body['text']).toContain('<svg');
  });

  it('is found with its own token only', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    const path = `/v1/bookings/${String(booked.body['bookingId'])}`;
    for (const token of [undefined, 'bk_', `bk_${'A'.repeat(43)}`, 'eyJhbGciOiJub25lIn0.e30.']) {
      expect((await world.call('GET', path, token === undefined ? {} : { token })).status).toBe(404);
    }
    expect((await world.call('GET', '/v1/bookings/no-id', { token: String(booked.body['accessToken']) })).status).toBe(
      404,
    );
  });

  it('answers the same key with the same booking, and another body with 422', async () => {
    const held = await world.holdSeats([seat()]);
    const first = await world.book(held, 'key-1');
    const again = await world.book(held, 'key-1');
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const other = { receipt: held.receipt, buyer: { ...BUYER, name: 'Someone else' } };
    expect(await world.call('POST', '/v1/bookings', { key: 'key-1', body: other })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    await world.drain();
    expect((await world.book(held, 'key-1')).body).toEqual(first.body);
  });

  it('answers the same key after the receipt has expired, since the booking was made', async () => {
    const name = seat();
    const held = await world.forgeHold([toSeatItem(name)], { expiresAtMs: Date.now() + 2000 });
    const first = await world.book(held, 'late-key');
    expect(first.status).toBe(201);
    const now = world.deps.clock.nowMs();
    world.deps.clock = { nowMs: () => now + 3000 };
    try {
      expect((await world.book(held, 'late-key')).body).toEqual(first.body);
      expect(await world.book(held, 'other-key')).toMatchObject({ status: 409, body: { code: 'hold_expired' } });
    } finally {
      world.deps.clock = { nowMs: () => Date.now() };
    }
  });

  it('keeps no token and no checkout code in the database, only hashes', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    const secrets = [String(booked.body['accessToken']), paymentOf(booked).checkoutUrl.split('code=')[1] ?? ''];
    const rows = await world.sql`SELECT row_to_json(b)::text AS text FROM bookings b UNION ALL
      SELECT row_to_json(k)::text FROM idempotency_keys k UNION ALL SELECT row_to_json(c)::text FROM checkout_codes c`;
    for (const secret of secrets) expect(rows.some((row) => String(row['text']).includes(secret))).toBe(false);
  });

  it('is made once of a hold, whatever keys ask for it', async () => {
    const held = await world.holdSeats([seat()]);
    const replies = await Promise.all(Array.from({ length: 6 }, () => world.book(held)));
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(1);
    for (const reply of replies)
      if (reply.status !== 201) expect(reply).toMatchObject({ status: 409, body: { code: 'hold_already_booked' } });
  });

  it('stops at one unpaid booking per owner', async () => {
    const first = await world.holdSeats([seat()]);
    await world.book(first);
    const second = await world.holdSeats([seat()], first.owner);
    expect(await world.book(second)).toMatchObject({ status: 409, body: { code: 'limit_reached', limit: 1 } });
  });

  it('is refused as a whole when Postgres has sold one of its seats, and names that seat', async () => {
    const [taken, free] = [seat(), seat()];
    await world.book(await world.holdSeats([taken]));
    await world.drain();
    // Redis forgets who has the seat, as a rollback would make it: only Postgres can say no.
    await world.forgetClaims();
    const rival = await world.book(await world.forgeHold([toSeatItem(taken), toSeatItem(free)]));
    expect(rival).toMatchObject({ status: 409, body: { code: 'seats_unavailable', seats: [taken] } });
    expect(await claims([free])).toBe(0);
  });

  it('is refused without a receipt, with a forged or expired one, and with a bad body, having changed nothing', async () => {
    const before = await world.sql`SELECT count(*)::int AS count FROM bookings`;
    const held = await world.holdSeats([seat()]);
    const old = await world.forgeHold([toSeatItem('s60')], { expiresAtMs: Date.now() - 1000 });
    const post2 = (body: unknown, key: string | undefined = newId()) =>
      world.call('POST', '/v1/bookings', { ...(key === undefined ? {} : { key }), body });
    expect(await post2({ buyer: BUYER })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await post2({ receipt: 'x.y.z', buyer: BUYER })).toMatchObject({
      status: 401,
      body: { code: 'receipt_invalid' },
    });
    expect(await post2({ receipt: old.receipt, buyer: BUYER })).toMatchObject({
      status: 409,
      body: { code: 'hold_expired' },
    });
    expect(await post2({ receipt: held.receipt, buyer: { name: '', email: 'no' } })).toMatchObject({
      status: 422,
      body: { code: 'invalid_request' },
    });
    expect(await post2('{')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
    expect(await world.call('POST', '/v1/bookings', { body: { receipt: held.receipt, buyer: BUYER } })).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_required' },
    });
    expect(await world.sql`SELECT count(*)::int AS count FROM bookings`).toEqual(before);
  });

  it('is confirmed once, however often the webhook comes', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    await pay(booked, { outcome: 'succeed', webhook: { copies: 20 } });
    const { paymentId } = paymentOf(booked);
    expect(await world.sql`SELECT kind FROM payment_ledger WHERE payment_id = ${paymentId}`).toHaveLength(1);
    expect((await open(booked, '/tickets')).body['tickets']).toHaveLength(1);
  });

  it('stays unpaid on a forged webhook, which is answered with 400', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    await pay(booked, { outcome: 'succeed', webhook: { badSignature: true } }, 0);
    const forged = await world.call('POST', '/v1/payments/webhooks/sandbox', {
      body: { type: 'payment.succeeded' },
      headers: { 'webhook-id': 'x' },
    });
    expect(forged).toMatchObject({ status: 400, body: { code: 'signature_invalid' } });
    await world.drain();
    expect((await open(booked)).body['status']).toBe('pending_payment');
  });

  it('keeps its seats after a declined payment and can be paid by a new attempt', async () => {
    const seats = [seat()];
    const booked = await world.book(await world.holdSeats(seats));
    const same = await post(booked, 'payments');
    expect(same.body['paymentId']).toBe(paymentOf(booked).paymentId);
    expect(same.body['checkoutUrl']).not.toBe(paymentOf(booked).checkoutUrl);
    await pay(booked, { outcome: 'fail' });
    expect(await claims(seats)).toBe(1);
    const next = await post(booked, 'payments');
    expect(next.status).toBe(201);
    expect(next.body['paymentId']).not.toBe(paymentOf(booked).paymentId);
    await pay({ ...next, body: { payment: next.body } });
    expect((await open(booked)).body['status']).toBe('confirmed');
    expect(await post(booked, 'payments')).toMatchObject({ status: 409, body: { code: 'booking_not_payable' } });
  });

  it('is cancelled by its owner, refunded through the provider, and its seat sold again', async () => {
    const seats = [seat()];
    const booked = await world.book(await world.holdSeats(seats));
    await pay(booked);
    const cancelled = await post(booked, 'cancel', 'cancel-1');
    expect(cancelled.body).toEqual({
      status: 'cancelled',
      refund: { amountMinor: 5000, currency: 'EUR', status: 'pending' },
    });
    expect((await post(booked, 'cancel', 'cancel-1')).headers.get('idempotency-replayed')).toBe('true');
    await world.drain();
    events += 1;
    await world.settle(events);
    expect((await open(booked)).body).toMatchObject({ status: 'refunded', payments: [{ status: 'refunded' }] });
    expect((await world.sandbox('GET', `/payments/${paymentOf(booked).paymentId}`)).body['refundedMinor']).toBe(5000);
    expect((await open(booked, '/tickets')).status).toBe(409);
    expect(await post(booked, 'cancel')).toMatchObject({ status: 409, body: { code: 'booking_not_cancellable' } });
    expect((await world.book(await world.holdSeats(seats))).status).toBe(201);
  });

  it('gives money back that lands after it was cancelled, without taking the seats again', async () => {
    const seats = [seat()];
    const booked = await world.book(await world.holdSeats(seats));
    await world.openCheckout(paymentOf(booked).checkoutUrl);
    await world.sandbox('POST', `/payments/${paymentOf(booked).paymentId}/complete`, { outcome: 'succeed' });
    expect((await post(booked, 'cancel')).body).toEqual({ status: 'cancelled' });
    events += 1;
    await world.settle(events);
    events += 1;
    await world.settle(events);
    expect((await open(booked)).body['status']).toBe('refunded');
    expect(await claims(seats)).toBe(0);
  });

  it('frees its seats when nobody has paid by the time', async () => {
    const seats = [seat()];
    const booked = await world.book(await world.holdSeats(seats));
    await world.openCheckout(paymentOf(booked).checkoutUrl);
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
    await world.drain();
    events += 1;
    await world.settle(events);
    expect((await open(booked)).body['status']).toBe('expired');
    expect((await world.sandbox('GET', `/payments/${paymentOf(booked).paymentId}`)).body['status']).toBe('cancelled');
    expect((await world.book(await world.holdSeats(seats))).status).toBe(201);
  });

  it('is confirmed at its end when the provider says it was paid, though no webhook came', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
    await pay(booked, { outcome: 'succeed' }, 0);
    await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
    await world.drain();
    expect((await open(booked)).body['status']).toBe('confirmed');
  });

  it('keeps its seats while the provider is silent, to the hard cap, and is confirmed when it was paid after all', async () => {
    const seats = [seat()];
    const booked = await world.book(await world.holdSeats(seats));
    const id = String(booked.body['bookingId']);
    await world.openCheckout(paymentOf(booked).checkoutUrl);
    await world.sandbox('PATCH', '/faults', { down: true });
    expect(await world.openCheckout(paymentOf(booked).checkoutUrl)).toMatchObject({ status: 503 });
    await world.sql`UPDATE bookings SET pay_by = now() - interval '599 seconds' WHERE id = ${id}`;
    await world.drain();
    expect((await open(booked)).body['status']).toBe('pending_payment');
    await world.sql`UPDATE bookings SET pay_by = now() - interval '601 seconds', expiry_retry_at = NULL WHERE id = ${id}`;
    await world.drain();
    expect((await open(booked)).body['status']).toBe('expired');
    await world.sandbox('PATCH', '/faults', { down: false });
    await world.sandbox('POST', `/payments/${paymentOf(booked).paymentId}/complete`, { outcome: 'succeed' });
    events += 1;
    await world.settle(events);
    expect((await open(booked)).body['status']).toBe('confirmed');
    expect(await claims(seats)).toBe(1);
  });

  it('gives a late payment back when a rival has the seat by then', async () => {
    const seats = [seat()];
    const booked = await world.book(await world.holdSeats(seats));
    const { paymentId } = paymentOf(booked);
    await world.openCheckout(paymentOf(booked).checkoutUrl);
    await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
    const paid = await world.sandbox('POST', `/payments/${paymentId}/complete`, { outcome: 'succeed' });
    await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
    // As if the hard cap had passed while the provider was away.
    await world.sql`UPDATE payments SET requested_at = NULL WHERE id = ${paymentId}`;
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
    await world.drain();
    const rival = await world.book(await world.holdSeats(seats));
    expect(rival.status).toBe(201);
    const { captureId } = paid.body;
    await world.tell('payment.succeeded', { paymentId, captureId, amountMinor: 5000, currency: 'EUR' });
    await world.settle((events += 1));
    await world.settle((events += 1));
    expect((await open(booked)).body['status']).toBe('refunded');
    expect((await open(rival)).body['status']).toBe('pending_payment');
  });

  it('gives a wrong amount back and goes on waiting for the right one', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    const { paymentId } = paymentOf(booked);
    await world.tell('payment.succeeded', { paymentId, captureId: 'cap-wrong', amountMinor: 4999, currency: 'EUR' });
    await world.settle((events += 1));
    expect((await open(booked)).body['status']).toBe('pending_payment');
    const rows =
      await world.sql`SELECT payload FROM outbox WHERE kind = 'payment.refund' AND payload ->> 'captureId' = 'cap-wrong'`;
    expect(rows[0]?.['payload']).toMatchObject({ amountMinor: 4999 });
    expect((await post(booked, 'payments')).body['paymentId']).not.toBe(paymentId);
  });

  it('gives a second capture back, and that one only', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    await pay(booked);
    const { paymentId } = paymentOf(booked);
    await world.tell('payment.succeeded', { paymentId, captureId: 'cap-second', amountMinor: 5000, currency: 'EUR' });
    await world.settle((events += 1));
    expect((await open(booked)).body['status']).toBe('confirmed');
    const rows =
      await world.sql`SELECT payload ->> 'captureId' AS id FROM outbox WHERE kind = 'payment.refund' AND payload ->> 'paymentId' = ${paymentId}`;
    expect(rows.map((row) => String(row['id']))).toEqual(['cap-second']);
    await world.settle((events += 1));
    expect((await open(booked)).body).toMatchObject({ status: 'confirmed', payments: [{ status: 'captured' }] });
  });

  it('lays an event aside that nobody can read, and tries one of an unknown payment again later', async () => {
    expect(await world.tell('payment.succeeded', { nothing: true }, 'unreadable')).toBe(204);
    expect(await world.tell('payment.failed', { paymentId: newId(), amountMinor: 1, currency: 'EUR' }, 'unknown')).toBe(
      204,
    );
    expect(await world.tell('payout.paid', {}, 'unheard')).toBe(204);
    await world.settle((events += 3));
    const rows =
      await world.sql`SELECT event_id, processed_at IS NOT NULL AS done, dead_at IS NOT NULL AS dead, due_at > now() AS later
      FROM webhook_inbox WHERE event_id IN ('unreadable', 'unknown', 'unheard') ORDER BY event_id`;
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { event_id: 'unheard', done: true, dead: false, later: true },
      { event_id: 'unknown', done: false, dead: false, later: true },
      { event_id: 'unreadable', done: false, dead: true, later: false },
    ]);
  });

  it('sends a browser back to the shop when there is nothing left to pay, and knows no other code', async () => {
    const booked = await world.book(await world.holdSeats([seat()]));
    await pay(booked);
    const again = await world.openCheckout(paymentOf(booked).checkoutUrl);
    expect(again.headers.get('location')).toBe(`http://127.0.0.1:9/shop/?booking=${String(booked.body['bookingId'])}`);
    expect((await world.openCheckout(`${paymentOf(booked).checkoutUrl.slice(0, -4)}AAAA`)).status).toBe(404);
  });

  it('never sells more standing places than there are', async () => {
    const holds = await Promise.all(
      Array.from({ length: 9 }, () => world.forgeHold([{ zoneId: 'standing', quantity: 1, priceMinor: 2000 }])),
    );
    const replies = await Promise.all(holds.map((held) => world.book(held)));
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(5);
    const [row] = await world.sql`SELECT sold FROM zone_legs WHERE zone_id = 'standing'`;
    expect(row?.['sold']).toBe(5);
  });
});
