import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { checkMoney } from '../reconcile/check-money.ts';

describe('what operators do with bookings', () => {
  let world: CoreWorld;
  let buyer: Buyer;
  let token: string;

  const paid = async (): Promise<{ booked: Reply; id: string; paymentId: string }> => {
    const booked = await world.book(await world.holdSeats([buyer.seat()]));
    await buyer.pay(booked);
    return { booked, id: String(booked.body['bookingId']), paymentId: buyer.paymentOf(booked).paymentId };
  };
  const refund = (id: string, body?: object, key = newId()) =>
    world.call('POST', `/v1/operator/bookings/${id}/refund`, { token, key, body });
  const read = (path: string) => world.call('GET', `/v1/operator/${path}`, { token });
  const refundedAt = async (paymentId: string) =>
    (await world.sandbox('GET', `/payments/${paymentId}`)).body['refundedMinor'];

  beforeAll(async () => {
    world = await startCoreWorld();
    buyer = createBuyer(world);
    token = await world.operatorToken('operator');
  });
  afterAll(() => world.close());

  it('gives all back once, cancels the booking, and tells its history', async () => {
    const { booked, id, paymentId } = await paid();
    const first = await refund(id, undefined, 'once');
    expect(first.body).toMatchObject({ status: 'cancelled', refund: { amountMinor: 5000, status: 'pending' } });
    expect((await refund(id, {}, 'once')).headers.get('idempotency-replayed')).toBe('true');
    expect(await refund(id)).toMatchObject({
      status: 409,
      body: { code: 'booking_not_refundable', refundableMinor: 0 },
    });
    await world.drain();
    await buyer.settle(1);
    expect(await refundedAt(paymentId)).toBe(5000);
    expect((await buyer.open(booked)).body['status']).toBe('refunded');
    const { items } = (await read(`bookings/${id}/history`)).body;
    expect(items).toMatchObject([
      { action: 'created' },
      { action: 'paid', actor: 'provider' },
      { action: 'cancelled', actor: 'operator:ada' },
      { action: 'refund_due', actor: 'operator:ada' },
      { action: 'refunded', actor: 'provider' },
    ]);
  });

  it('keeps a fee when a part goes back, and never gives back more than was taken', async () => {
    const { booked, id, paymentId } = await paid();
    expect((await refund(id, { amountMinor: 5001 })).body).toMatchObject({ status: 409, refundableMinor: 5000 });
    expect((await refund(id, { amountMinor: 0 })).status).toBe(422);
    expect((await refund(id, { amountMinor: 4000 })).body).toMatchObject({ retainedMinor: 1000 });
    await world.drain();
    await buyer.settle(1);
    expect(await refundedAt(paymentId)).toBe(4000);
    expect((await buyer.open(booked)).body['status']).toBe('cancelled');
    expect((await refund(id)).status).toBe(409);
    expect(await checkMoney(world.sql)).toMatchObject([{ retainedMinor: 1000, balances: true, suspense: [] }]);
  });

  it('is refused to viewers, and for bookings that are unpaid or not there', async () => {
    const viewer = await world.operatorToken('viewer');
    const { id } = await paid();
    const asViewer = { token: viewer, key: newId(), body: {} };
    expect((await world.call('POST', `/v1/operator/bookings/${id}/refund`, asViewer)).status).toBe(403);
    expect((await world.call('GET', '/v1/operator/bookings.csv', { token: viewer })).status).toBe(403);
    const unpaid = await world.book(await world.holdSeats([buyer.seat()]));
    expect((await refund(String(unpaid.body['bookingId']))).status).toBe(409);
    expect((await refund(newId())).status).toBe(404);
    expect((await read(`bookings/${newId()}/history`)).status).toBe(404);
  });

  it('are exported with their money, and the export is in the audit trail', async () => {
    const { id } = await paid();
    const csv = await read('bookings.csv?performanceId=gala');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const line = String(csv.body['text'])
      .split('\r\n')
      .find((row) => row.startsWith(id));
    expect(line).toContain('gala,confirmed,Ada Lovelace,ada@example.org,1,5000,EUR,5000,0,');
    const { items } = (await read('audit')).body as { items: object[] };
    expect(items[0]).toMatchObject({ action: 'bookings.export', actor: 'ada', subject: 'performance:gala' });
  });

  it('lays poison aside without holding up the rest, and tries it again when told', async () => {
    expect(await world.tell('payment.succeeded', { paymentId: 7 }, 'poison/1')).toBe(204);
    const { booked } = await paid();
    await buyer.settle(1);
    expect((await buyer.open(booked)).body['status']).toBe('confirmed');
    const poison = newId();
    const bookingId = String(booked.body['bookingId']);
    await world.sql`INSERT INTO outbox (id, booking_id, version, kind, payload) VALUES (${poison}, ${bookingId}, 1, 'payment.refund', '{}')`;
    await world.drain();
    const { items } = (await read('dead-letters')).body as { items: { id: string; kind: string }[] };
    expect(items).toMatchObject([
      { id: `outbox-${poison}`, bookingId },
      { kind: 'webhook.sandbox', bookingId: null },
    ]);
    // Mended by hand, as an operator would after a fix.
    await world.sql`UPDATE outbox SET kind = 'inventory.apply' WHERE id = ${poison}`;
    for (const { id } of items) {
      const replay = { token, key: newId(), body: {} };
      expect((await world.call('POST', `/v1/operator/dead-letters/${id}/replay`, replay)).body['state']).toBe('due');
      const again = { ...replay, key: newId() };
      expect((await world.call('POST', `/v1/operator/dead-letters/${id}/replay`, again)).status).toBe(404);
    }
    await world.drain();
    expect((await read('dead-letters')).body['items']).toMatchObject([{ kind: 'webhook.sandbox', attempts: 1 }]);
  });
});
