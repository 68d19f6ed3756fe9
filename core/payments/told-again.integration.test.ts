import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { runInbox } from '../jobs/run-inbox.ts';

let world: CoreWorld;
let buyer: Buyer;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
});
afterAll(() => world.close());

const book = () => buyer.book();
const captureOf = (booked: Reply) => ({
  paymentId: buyer.paymentOf(booked).paymentId,
  captureId: newId(),
  amountMinor: 5000,
  currency: 'EUR',
});
const statusOf = async (booked: Reply) => (await buyer.open(booked)).body['status'];
/** What a booking has come to, counted where it is kept. */
const countOf = async (booked: Reply) => {
  const id = String(booked.body['bookingId']);
  const [row] = await world.sql`SELECT
    (SELECT count(*)::int FROM payment_ledger WHERE payment_id IN (SELECT id FROM payments WHERE booking_id = ${id})) AS captures,
    (SELECT count(*)::int FROM entry_tickets WHERE booking_id = ${id}) AS tickets,
    (SELECT count(*)::int FROM outbox WHERE booking_id = ${id} AND version = 2) AS work,
    (SELECT count(*)::int FROM webhook_deliveries WHERE booking_id = ${id}) AS events,
    (SELECT count(*)::int FROM booking_history WHERE booking_id = ${id} AND action = 'paid') AS told`;
  return { ...row };
};

describe('one payment, told a hundred times at once while four workers take it up', () => {
  beforeAll(
    () => world.sql`INSERT INTO webhook_endpoints (id, url, events, secret)
    VALUES (${newId()}, 'https://example.org', '{booking.confirmed}', '')`,
  );
  const once = { captures: 1, tickets: 1, work: 1, events: 1, told: 1 };
  /** Tells it as a provider does: again when it was not taken, as on a machine that is busy with other tests. */
  const tell = async (capture: object, eventId: string): Promise<void> => {
    for (let status = 503; status === 503;) status = await world.tell('payment.succeeded', capture, eventId);
  };
  const workWhile = async (telling: Promise<void>[]) => {
    const work = Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 10; i += 1) await runInbox(world.deps);
    });
    await Promise.all([...telling, ...work]);
    // The outbox is left as it is: its rows go once they are delivered, and they are counted here.
    while ((await runInbox(world.deps)) > 0);
    // Told again, it is known, and nothing that failed and is tried anew until a person looks at it.
    expect(
      await world.sql`SELECT last_error FROM webhook_inbox WHERE processed_at IS NULL OR last_error IS NOT NULL`,
    ).toEqual([]);
  };

  it('by one event: one capture, one set of tickets, one outbox row, one event', async () => {
    const booked = await book();
    const [capture, eventId] = [captureOf(booked), newId()];
    await workWhile(Array.from({ length: 100 }, () => tell(capture, eventId)));
    expect(await countOf(booked)).toEqual(once);
  });

  it('by as many events, each with an id of its own: the same', async () => {
    const booked = await book();
    const capture = captureOf(booked);
    await workWhile(Array.from({ length: 100 }, () => tell(capture, newId())));
    expect(await countOf(booked)).toEqual(once);
    expect(await statusOf(booked)).toBe('confirmed');
  });
});

describe('a forged webhook', () => {
  const SECRET = () => world.deps.config.payments.sandbox?.webhookSecret ?? '';
  const send = async (
    booked: Reply,
    forge: { secret?: string; ageMs?: number; altered?: boolean; without?: string },
  ) => {
    const [id, at] = [newId(), new Date(Date.now() - (forge.ageMs ?? 0))];
    const body = JSON.stringify({ type: 'payment.succeeded', data: captureOf(booked) });
    const headers: Record<string, string> = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(forge.secret ?? SECRET()).sign(id, at, body),
    };
    const sent = forge.altered === true ? body.replace('5000', '5001') : body;
    return (
      await world.call('POST', '/v1/payments/webhooks/sandbox', {
        body: sent,
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== forge.without)),
      })
    ).status;
  };

  it('is refused, whatever of it is forged, and changes nothing', async () => {
    const booked = await book();
    const forgeries = [
      { secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
      { ageMs: 301_000 },
      { ageMs: -301_000 },
      { altered: true },
      { without: 'webhook-signature' },
      { without: 'webhook-timestamp' },
      { without: 'webhook-id' },
    ];
    const [before] = await world.sql`SELECT count(*)::int AS count FROM webhook_inbox`;
    for (const forge of forgeries) expect(await send(booked, forge), JSON.stringify(forge)).toBe(400);
    expect(await world.sql`SELECT count(*)::int AS count FROM webhook_inbox`).toMatchObject([{ ...before }]);
    expect(await statusOf(booked)).toBe('pending_payment');
  });

  it('is told from a true one: the control', async () => {
    const booked = await book();
    expect(await send(booked, { ageMs: 290_000 })).toBe(204);
    await world.drain();
    expect(await statusOf(booked)).toBe('confirmed');
  });
});

describe('events in another order than they happened', () => {
  it('captured, then authorised: confirmed', async () => {
    const booked = await book();
    await world.tell('payment.succeeded', captureOf(booked));
    await world.drain();
    await world.tell('payment.authorised', { paymentId: buyer.paymentOf(booked).paymentId });
    await world.drain();
    expect(await statusOf(booked)).toBe('confirmed');
  });

  it('refunded, then captured: nothing is sold for money that went back, and nothing is refunded twice', async () => {
    const booked = await book();
    const capture = captureOf(booked);
    await world.tell('refund.succeeded', { ...capture, refundId: newId() });
    await world.drain();
    await world.tell('payment.succeeded', capture);
    await world.drain();
    expect(await statusOf(booked)).toBe('pending_payment');
    expect(await countOf(booked)).toMatchObject({ captures: 2, tickets: 0, work: 0 });
    expect(
      await world.sql`SELECT 1 FROM outbox WHERE kind = 'payment.refund' AND payload ->> 'paymentId' = ${capture.paymentId}`,
    ).toHaveLength(0);
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
    await world.drain();
    expect(await statusOf(booked)).toBe('expired');
  });

  it.each(['payment.failed', 'payment.cancelled'])('captured, then %s: confirmed, with its tickets', async (later) => {
    const booked = await book();
    await world.tell('payment.succeeded', captureOf(booked));
    await world.drain();
    await world.tell(later, { paymentId: buyer.paymentOf(booked).paymentId, amountMinor: 5000, currency: 'EUR' });
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(booked.body['bookingId'])}`;
    await world.drain();
    expect(await statusOf(booked)).toBe('confirmed');
    expect((await buyer.open(booked, '/tickets')).body['tickets']).toHaveLength(1);
  });

  it('failed, then captured: confirmed, since the money is there', async () => {
    const booked = await book();
    await world.tell('payment.failed', { ...captureOf(booked), captureId: null });
    await world.drain();
    await world.tell('payment.succeeded', captureOf(booked));
    await world.drain();
    expect(await statusOf(booked)).toBe('confirmed');
  });

  it('gives every capture back but the right one, also when it comes after a refund', async () => {
    const booked = await book();
    const { paymentId } = buyer.paymentOf(booked);
    const capture = (captureId: string, amountMinor: number) =>
      world.tell('payment.succeeded', { paymentId, captureId, amountMinor, currency: 'EUR' });
    const refunded = (captureId: string, amountMinor: number) =>
      world.tell('refund.succeeded', { paymentId, refundId: `re-${captureId}`, amountMinor, currency: 'EUR' });
    await capture('many-wrong', 6000);
    await world.drain();
    await refunded('many-wrong', 6000);
    await world.drain();
    await capture('many-right', 5000);
    await world.drain();
    expect(await statusOf(booked)).toBe('confirmed');
    await capture('many-third', 5000);
    await world.drain();
    const rows = await world.sql`SELECT payload ->> 'captureId' AS id FROM outbox
      WHERE kind = 'payment.refund' AND payload ->> 'paymentId' = ${paymentId} ORDER BY id`;
    expect(rows.map((row) => String(row['id']))).toEqual(['many-third', 'many-wrong']);
  });
});
