import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeReconciliation } from '../../db/queries/reconciliations.ts';
import { newId } from '../../platform/id.ts';
import { readState } from '../../redis/inventory/availability.ts';
import { readAvailability } from '../../redis/inventory/read-availability.ts';
import { repairInventory } from '../../redis/inventory/repair-inventory.ts';
import { inventoryKeys } from '../../redis/keys.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { startCoreWorld, ROOM, SHOW, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { reconcileMoney } from './reconcile-money.ts';
import { runReconciliations } from './run-reconciliations.ts';

type Report = {
  summary: { differences: number; left: number; money: { currency: string; balances: boolean; suspense: unknown[] }[] };
  items: { kind: string; subject: string; outcome: string; details: Record<string, unknown> }[];
};

describe('reconciliation', () => {
  let world: CoreWorld;
  let buyer: Buyer;
  const keys = inventoryKeys(ROOM, SHOW);

  /** Asks for a comparison as an operator does, lets the job run, and reads the report. */
  const reconcile = async (body: object = {}): Promise<Report> => {
    const token = await world.operatorToken('operator');
    const asked = await world.call('POST', '/v1/operator/reconciliations', { token, key: newId(), body });
    expect(asked.status).toBe(202);
    while ((await runReconciliations(world.deps)) > 0);
    await world.drain();
    const report = await world.call('GET', `/v1/operator/reconciliations/${String(asked.body['id'])}`, { token });
    expect(report.body).toMatchObject({ state: 'finished' });
    return report.body as unknown as Report;
  };
  /** One run finds exactly this, and the next finds nothing. */
  const findsOnce = async (...expected: object[]): Promise<void> => {
    const found = await reconcile();
    expect(found.items).toMatchObject(expected);
    expect(found.items).toHaveLength(expected.length);
    expect((await reconcile()).items).toEqual([]);
  };
  const stateOf = async (seat: string) => {
    const { legs } = await readAvailability(world.deps.scripts, { room: ROOM, performanceId: SHOW });
    return readState(legs[0] ?? new Uint8Array(), Number(seat.slice(1)) - 1);
  };
  const paidSeat = async (seats: string[]): Promise<Reply> => {
    const booked = await world.book(await world.holdSeats(seats));
    await buyer.pay(booked);
    return booked;
  };
  const cellOf = (seat: string) => String(Number(seat.slice(1)) - 1);
  const write = (seat: string, state: number) =>
    world.deps.redis.call('BITFIELD', keys.seats, 'SET', 'u2', String(bitOf(Number(cellOf(seat)))), String(state));

  beforeAll(async () => {
    world = await startCoreWorld();
    buyer = createBuyer(world);
    while ((await runReconciliations(world.deps)) > 0);
  });
  afterAll(() => world.close());

  it('is brief each hour but one of the day, and thorough when somebody asks', async () => {
    const { sql } = world.deps;
    for (const slot of ['hour:2020-01-01T02', 'hour:2020-01-01T03', null])
      await sql`INSERT INTO reconciliations (id, slot, requested_by) VALUES (${newId()}, ${slot}, 'nobody')`;
    const taken: boolean[] = [];
    for (let due = await takeReconciliation(sql, 60); due !== null; due = await takeReconciliation(sql, 60))
      taken.push(due.isBrief);
    await sql`DELETE FROM reconciliations WHERE requested_by = 'nobody'`;
    expect(taken).toHaveLength(3);
    expect(taken.filter((isBrief) => isBrief)).toHaveLength(1);
  });

  it('finds nothing where nothing is wrong, with live holds and bookings under way', async () => {
    await paidSeat([buyer.seat()]);
    await world.holdSeats([buyer.seat()]);
    await world.holdStanding(1);
    // Committed, its outbox row not yet delivered.
    expect((await world.book(await world.holdSeats([buyer.seat()]))).status).toBe(201);
    expect((await reconcile()).items).toEqual([]);
    await world.drain();
    expect((await reconcile()).items).toEqual([]);
  });

  it('sells a seat in Redis that Postgres has sold, and leaves the hold beside it alone', async () => {
    const [sold, held] = [buyer.seat(), buyer.seat()];
    await paidSeat([sold]);
    const hold = await world.holdSeats([held]);
    await write(sold, 0);
    await world.deps.redis.hdel(keys.claims, cellOf(sold));
    await findsOnce({ kind: 'claim_not_in_redis', subject: `seat:${sold}`, outcome: 'repaired' });
    expect([await stateOf(sold), await stateOf(held)]).toEqual([2, 1]);
    expect((await world.book(hold)).status).toBe(201);
  });

  it('takes a seat from a hold that Redis gave out although Postgres had sold it', async () => {
    const seat = buyer.seat();
    const booked = await paidSeat([seat]);
    await write(seat, 0);
    await world.deps.redis.hdel(keys.claims, cellOf(seat));
    const rival = await world.holdSeats([seat]);
    await findsOnce({ kind: 'claim_not_in_redis', details: { foundState: 1, foundHolder: `h${rival.holdId}` } });
    expect(await stateOf(seat)).toBe(2);
    expect((await world.book(rival)).body).toMatchObject({ status: 409, code: 'seats_unavailable' });
    expect((await buyer.open(booked)).body['status']).toBe('confirmed');
  });

  it('frees a seat that Redis has sold and Postgres has not, and one that nobody has', async () => {
    const [sold, nobody] = [buyer.seat(), buyer.seat()];
    const ghost = newId();
    await write(sold, 2);
    await write(nobody, 1);
    await world.deps.redis.hset(keys.claims, cellOf(sold), `b${ghost}`);
    await world.deps.redis.hset(keys.bookings, ghost, '2 sold');
    await findsOnce(
      { kind: 'booking_entry_unknown', subject: `booking:${ghost}` },
      { kind: 'claim_not_in_postgres', subject: `seat:${sold}` },
      { kind: 'cell_without_hold', subject: `seat:${nobody}` },
    );
    expect([await stateOf(sold), await stateOf(nobody)]).toEqual([0, 0]);
  });

  it('knows a booking again that Redis forgot, so that its cancellation frees the seat', async () => {
    const seat = buyer.seat();
    const booked = await paidSeat([seat]);
    await world.deps.redis.hdel(keys.bookings, String(booked.body['bookingId']));
    await findsOnce({ kind: 'booking_entry_wrong', details: { found: '' } });
    expect((await buyer.post(booked, 'cancel')).status).toBe(200);
    await world.drain();
    await buyer.settle(1);
    expect(await stateOf(seat)).toBe(0);
  });

  it("sets a zone's counter to what is not sold and not held", async () => {
    const before = await world.deps.redis.hget(keys.zones, 'standing:0');
    await world.holdStanding(1);
    await world.deps.redis.hset(keys.zones, 'standing:0', 5);
    await findsOnce({ kind: 'zone_counter_wrong', details: { found: 5, wanted: Number(before) - 1 } });
  });

  it('confirms what was captured at the provider with no webhook', async () => {
    const booked = await world.book(await world.holdSeats([buyer.seat()]));
    await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
    await buyer.pay(booked, { outcome: 'succeed' }, 0);
    await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
    const { paymentId } = buyer.paymentOf(booked);
    const tomorrow = new Date(Date.now() + 86_400_000);
    expect(await reconcileMoney(world.deps, { startedAt: new Date(), madeSince: tomorrow })).toEqual([]);
    await findsOnce({
      kind: 'capture_not_known',
      subject: `payment:${paymentId}`,
      details: { settlement: 'confirmed' },
    });
    expect((await buyer.open(booked)).body['status']).toBe('confirmed');
  });

  it('writes down a refund that only the provider knew, and lists what it leaves in suspense', async () => {
    const booked = await paidSeat([buyer.seat()]);
    const { paymentId } = buyer.paymentOf(booked);
    await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
    await world.sandbox('POST', `/payments/${paymentId}/refunds`, { amountMinor: 700 });
    await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
    const found = await reconcile();
    expect(found.items).toMatchObject([{ kind: 'refund_not_known', details: { amountMinor: 700 } }]);
    const item = { bookingId: booked.body['bookingId'], amountMinor: -700, refundUnderWay: false };
    expect(found.summary.money).toMatchObject([{ currency: 'EUR', balances: true, suspense: [item] }]);
    expect((await reconcile()).items).toEqual([]);
  });

  it('returns a capture of a wrong amount that no webhook told, and leaves the booking unpaid', async () => {
    const booked = await world.book(await world.holdSeats([buyer.seat()]));
    const { paymentId } = buyer.paymentOf(booked);
    const wrong = { paymentId, amountMinor: 4900, currency: 'EUR', returnUrl: 'http://127.0.0.1:9/' };
    expect((await world.sandbox('POST', '/payments', wrong)).status).toBe(201);
    await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
    await world.sandbox('POST', `/payments/${paymentId}/complete`, { outcome: 'succeed' });
    await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
    await findsOnce({ kind: 'capture_not_known', details: { amountMinor: 4900, settlement: 'refunding' } });
    expect((await world.sandbox('GET', `/payments/${paymentId}`)).body['refundedMinor']).toBe(4900);
    expect((await buyer.open(booked)).body['status']).toBe('pending_payment');
    await buyer.settle(1);
  });

  it('repairs nothing on an inventory that has moved since it was compared', async () => {
    const ref = { room: ROOM, performanceId: SHOW };
    const { version } = await readAvailability(world.deps.scripts, ref);
    await world.holdSeats([buyer.seat()]);
    const free = { kind: 'cell' as const, leg: 0, seat: 59, state: 2 as const, holder: 'bx' };
    expect(await repairInventory(world.deps.scripts, ref, version, [free])).toBe(false);
    expect(await stateOf('s60')).toBe(0);
    // The control: the same repair at the version as it is now.
    const now = await readAvailability(world.deps.scripts, ref);
    expect(await repairInventory(world.deps.scripts, ref, now.version, [free])).toBe(true);
    expect(await stateOf('s60')).toBe(2);
    await findsOnce({ kind: 'claim_not_in_postgres', subject: 'seat:s60' });
  });

  it('corrects an amount of ours by the provider, and leaves money of strangers for a person, named each time', async () => {
    const booked = await paidSeat([buyer.seat()]);
    const { paymentId } = buyer.paymentOf(booked);
    await world.sql`UPDATE payment_ledger SET amount_minor = 4000 WHERE payment_id = ${paymentId}`;
    await findsOnce({ kind: 'amount_differs', details: { amountMinor: 5000, foundMinor: 4000 } });
    const stranger = { paymentId: newId(), amountMinor: 300, currency: 'EUR', returnUrl: 'http://127.0.0.1:9/' };
    await world.sandbox('POST', '/payments', stranger);
    await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
    await world.sandbox('POST', `/payments/${stranger.paymentId}/complete`, { outcome: 'succeed' });
    await world.sandbox('PATCH', '/faults', { dropWebhooks: false });
    const left = [{ kind: 'payment_not_ours', subject: `payment:${stranger.paymentId}`, outcome: 'left' }];
    expect((await reconcile()).items).toMatchObject(left);
    expect((await reconcile()).items).toMatchObject(left);
  });

  it('is done once an hour and once for each epoch, whichever of two processes looks', async () => {
    await world.sql`DELETE FROM reconciliation_differences`;
    await world.sql`DELETE FROM reconciliations`;
    await world.sql`UPDATE rooms SET epoch = 7 WHERE id = ${ROOM}`;
    for (let turns = 0; turns < 3; turns += 1)
      await Promise.all([runReconciliations(world.deps), runReconciliations(world.deps)]);
    const rows = await world.sql<
      { slot: string; attempts: number }[]
    >`SELECT slot, attempts FROM reconciliations ORDER BY slot`;
    expect(rows.map(({ slot }) => slot.replace(/hour:.*/, 'hour'))).toEqual([`epoch:${SHOW}:7`, 'hour']);
    expect(rows.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });
});

const bitOf = (cell: number) => 2 * cell - 4 * (cell % 4) + 6;
