import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { verifyEntryTicket } from '../../tokens/entry-ticket.verify.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { inventoryKeys } from '../../redis/keys.ts';
import { PAY_BY_SECONDS } from '../../contracts/limits.ts';
import { BUYER, startCoreWorld, ROOM, SHOW, toSeatItem, type CoreWorld } from '../core-world.fixture.ts';

describe('a booking', () => {
  let world: CoreWorld;
  let buyer: Buyer;

  beforeAll(async () => {
    world = await startCoreWorld();
    buyer = createBuyer(world);
  });
  afterAll(() => world.close());

  it('goes from a hold to tickets that a gate verifies offline', async () => {
    const seats = [buyer.seat(), buyer.seat()];
    const booked = await world.book(await world.holdSeats(seats));
    expect(booked.status).toBe(201);
    expect(booked.body).toMatchObject({ status: 'pending_payment', total: { amountMinor: 10_000, currency: 'EUR' } });
    expect((await buyer.open(booked, '/tickets')).body).toMatchObject({ code: 'booking_not_confirmed' });
    await buyer.pay(booked);
    expect((await buyer.open(booked)).body).toMatchObject({
      status: 'confirmed',
      buyer: BUYER,
      payments: [{ status: 'captured' }],
    });
    const { tickets } = (await buyer.open(booked, '/tickets')).body as {
      tickets: { id: string; seat: string; code: string }[];
    };
    expect(tickets.map((ticket) => ticket.seat)).toEqual(seats);
    const { keys } = (await world.call('GET', '/.well-known/jwks.json')).body as { keys: { kid: string; x: string }[] };
    for (const ticket of tickets)
      expect(await verifyEntryTicket(keys, ticket.code)).toMatchObject({ ok: true, ticket: { seat: ticket.seat } });
    const qr = await buyer.open(booked, `/tickets/${tickets[0]?.id}/qr.svg`);
    expect(qr.headers.get('content-type')).toBe('image/svg+xml');
    expect(qr.body['text']).toContain('<svg');
  });

  it('is found with its own token only', async () => {
    const booked = await world.book(await world.holdSeats([buyer.seat()]));
    const path = `/v1/bookings/${String(booked.body['bookingId'])}`;
    for (const token of [undefined, 'bk_', `bk_${'A'.repeat(43)}`, 'eyJhbGciOiJub25lIn0.e30.']) {
      expect((await world.call('GET', path, token === undefined ? {} : { token })).status).toBe(404);
    }
    expect((await world.call('GET', '/v1/bookings/no-id', { token: String(booked.body['accessToken']) })).status).toBe(
      404,
    );
  });

  it('answers the same key with the same booking, and another body with 422', async () => {
    const held = await world.holdSeats([buyer.seat()]);
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
    const name = buyer.seat();
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
    const booked = await world.book(await world.holdSeats([buyer.seat()]));
    const secrets = [String(booked.body['accessToken']), buyer.paymentOf(booked).checkoutUrl.split('code=')[1] ?? ''];
    const rows = await world.sql`SELECT row_to_json(b)::text AS text FROM bookings b UNION ALL
      SELECT row_to_json(k)::text FROM idempotency_keys k UNION ALL SELECT row_to_json(c)::text FROM checkout_codes c`;
    for (const secret of secrets) expect(rows.some((row) => String(row['text']).includes(secret))).toBe(false);
  });

  it('is made once of a hold, whatever keys ask for it', async () => {
    const held = await world.holdSeats([buyer.seat()]);
    const replies = await Promise.all(Array.from({ length: 6 }, () => world.book(held)));
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(1);
    for (const reply of replies)
      if (reply.status !== 201) expect(reply).toMatchObject({ status: 409, body: { code: 'hold_already_booked' } });
  });

  it('keeps its seats pinned when the same hold is booked twice at once', async () => {
    const held = await world.holdSeats([buyer.seat()]);
    const statuses = (await Promise.all([world.book(held), world.book(held)])).map((reply) => reply.status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409]);
    const ends = await world.deps.redis.zscore(inventoryKeys(ROOM, SHOW).holds, held.holdId);
    expect(Number(ends)).toBeGreaterThan(Date.now() + (PAY_BY_SECONDS + 30) * 1000);
  });

  it('leaves the hold as it was, and its key free, when Postgres refuses to write', async () => {
    const held = await world.holdSeats([buyer.seat()]);
    const end = () => world.deps.redis.zscore(inventoryKeys(ROOM, SHOW).holds, held.holdId);
    const before = await end();
    await world.sql`ALTER TABLE booking_history RENAME TO booking_history_away`;
    const failed = await world.book(held, 'after-failure');
    await world.sql`ALTER TABLE booking_history_away RENAME TO booking_history`;
    expect(failed).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(await end()).toBe(before);
    expect((await world.book(held, 'after-failure')).status).toBe(201);
  });

  it('stops at one unpaid booking per owner', async () => {
    const first = await world.holdSeats([buyer.seat()]);
    await world.book(first);
    const second = await world.holdSeats([buyer.seat()], first.owner);
    expect(await world.book(second)).toMatchObject({ status: 409, body: { code: 'limit_reached', limit: 1 } });
  });

  it('is refused as a whole when Postgres has sold one of its seats, and names that seat', async () => {
    const [taken, free] = [buyer.seat(), buyer.seat()];
    await world.book(await world.holdSeats([taken]));
    await world.drain();
    // Redis forgets who has the seat, as a rollback would make it: only Postgres can say no.
    await world.forgetClaims();
    const rival = await world.book(await world.forgeHold([toSeatItem(taken), toSeatItem(free)]));
    expect(rival).toMatchObject({ status: 409, body: { code: 'seats_unavailable', seats: [taken] } });
    expect(await buyer.claims([free])).toBe(0);
  });

  it('is refused without a receipt, with a forged or expired one, and with a bad body, having changed nothing', async () => {
    const before = await world.sql`SELECT count(*)::int AS count FROM bookings`;
    const held = await world.holdSeats([buyer.seat()]);
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
