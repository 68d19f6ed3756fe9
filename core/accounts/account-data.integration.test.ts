import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { BUYER, startCoreWorld, type CoreWorld, type Held, type Reply } from '../core-world.fixture.ts';
import { createCustomer, type Customer } from './customer.fixture.ts';

const ADA = BUYER.email;

let world: CoreWorld;
let customer: Customer;
let buyer: Buyer;
beforeAll(async () => {
  world = await startCoreWorld({ standing: 200 });
  customer = createCustomer(world);
  buyer = createBuyer(world);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.deps.redis.eval(`for _, key in ipairs(redis.call('KEYS', 'limit:*')) do redis.call('DEL', key) end`, 0);
});

const bookAs = (token: string | undefined, held: Held, email: string): Promise<Reply> =>
  world.call('POST', '/v1/bookings', {
    key: newId(),
    ...(token === undefined ? {} : { token }),
    body: { receipt: held.receipt, buyer: { name: 'Somebody', email } },
  });
const page = async (token: string, cursor?: string) => {
  const reply = await world.call('GET', `/v1/accounts/me/bookings${cursor === undefined ? '' : `?cursor=${cursor}`}`, {
    token,
  });
  expect(reply.status).toBe(200);
  return v.parse(
    v.object({
      items: v.array(v.looseObject({ bookingId: v.string(), status: v.string() })),
      next: v.nullable(v.string()),
    }),
    reply.body,
  );
};
const erase = (token: string) => world.call('DELETE', '/v1/accounts/me', { token });

describe('the bookings of an account', () => {
  it('are those that were made as a guest with its address, the newest first, by pages', async () => {
    const made: string[] = [];
    for (let n = 0; n < 21; n += 1) {
      const booked = await bookAs(
        undefined,
        await world.holdStanding(1),
        n === 0 ? 'Pages+first@Example.org' : 'pages@example.org',
      );
      made.unshift(String(booked.body['bookingId']));
    }
    const token = await customer.signIn('pages@example.org');
    const first = await page(token);
    expect(first.items.map(({ bookingId }) => bookingId)).toEqual(made.slice(0, 20));
    expect(first.items[0]).toMatchObject({ status: 'pending_payment', places: 1 });
    const second = await page(token, first.next ?? '');
    expect(second).toMatchObject({ items: [{ bookingId: made[20] }], next: null });
    expect((await world.call('GET', '/v1/accounts/me/bookings?cursor=x', { token })).status).toBe(422);
  });

  it('are also those that it makes for another address, and count to its limit of places', async () => {
    await world.sql`UPDATE performances SET places_per_buyer = 3`;
    try {
      const token = await customer.signIn('counted@example.org');
      expect((await bookAs(undefined, await world.holdStanding(1), 'counted@example.org')).status).toBe(201);
      const other = await bookAs(token, await world.holdStanding(2), 'a.friend@example.org');
      expect(other.status).toBe(201);
      expect((await bookAs(token, await world.holdStanding(1), 'another@example.org')).body['code']).toBe(
        'limit_reached',
      );
      expect((await bookAs(undefined, await world.holdStanding(1), 'counted@example.org')).body['code']).toBe(
        'limit_reached',
      );
      expect((await page(token)).items).toHaveLength(2);
      const opened = await world.call('GET', `/v1/bookings/${String(other.body['bookingId'])}`, { token });
      expect(opened.body['buyer']).toEqual({ name: 'Somebody', email: 'a.friend@example.org' });
    } finally {
      await world.sql`UPDATE performances SET places_per_buyer = NULL`;
    }
  });

  it('are made for nobody who brings a session that has ended', async () => {
    const token = await customer.signIn('ended@example.org');
    await world.call('DELETE', '/v1/accounts/sessions/me', { token });
    expect((await bookAs(token, await world.holdStanding(1), ADA)).body['code']).toBe('unauthenticated');
  });

  it('can be paid for and cancelled with the session, each once for a key', async () => {
    const token = await customer.signIn('cancels@example.org');
    const booked = await bookAs(token, await world.holdStanding(1), 'cancels@example.org');
    const path = `/v1/bookings/${String(booked.body['bookingId'])}`;
    expect((await world.call('POST', `${path}/payments`, { token, key: newId(), body: {} })).status).toBe(201);
    const key = newId();
    expect((await world.call('POST', `${path}/cancel`, { token, key, body: {} })).body).toEqual({
      status: 'cancelled',
    });
    const again = await world.call('POST', `${path}/cancel`, { token, key, body: {} });
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([{ status: 'cancelled' }, 'true']);
  });
});

describe('an export', () => {
  it('tells all that is kept of a person, and of nobody else', async () => {
    await world.sql`INSERT INTO notification_channels VALUES ('mail')`;
    const booked = await buyer.book();
    await buyer.pay(booked);
    const stranger = await bookAs(undefined, await world.holdStanding(1), 'stranger@example.org');
    const token = await customer.signIn(ADA);
    const exported = await world.call('GET', '/v1/accounts/me/export', { token });
    expect(exported.headers.get('content-disposition')).toContain('attachment');
    expect(exported.body).toMatchObject({
      account: { email: ADA },
      sessions: [{ createdAt: expect.any(String) }],
      bookings: [
        {
          bookingId: booked.body['bookingId'],
          buyerName: BUYER.name,
          buyerEmail: ADA,
          items: [{ quantity: 1 }],
          payments: [{ status: 'captured' }],
          moneyMoved: [{ kind: 'capture' }],
          entryTickets: [{ version: 1, revokedAt: null }],
          checkIns: [],
          messages: [{ kind: 'ticket', channel: 'mail', address: ADA }],
          history: [{ action: 'created' }, { action: 'paid' }],
        },
      ],
    });
    const text = JSON.stringify(exported.body);
    for (const secret of [token, stranger.body['bookingId'], 'stranger@']) expect(text).not.toContain(secret);
  });

  it('tells all pages of bookings', async () => {
    const token = await customer.signIn('pages@example.org');
    await world.sql`WITH one AS (SELECT * FROM bookings WHERE email_normalised = 'pages@example.org' LIMIT 1)
      INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, access_token_hash,
        total_minor, currency, from_leg, to_leg, pay_by)
      SELECT gen_random_uuid(), 'made ' || n, performance_id, 'made ' || n, 'expired', buyer_name, buyer_email, email_normalised,
        access_token_hash, total_minor, currency, from_leg, to_leg, pay_by FROM one, generate_series(1, 90) AS n`;
    const exported = await world.call('GET', '/v1/accounts/me/export', { token });
    expect(v.parse(v.array(v.unknown()), exported.body['bookings'])).toHaveLength(111);
  });
});

describe('erasing', () => {
  it('is refused while a paid booking is yet to come, and says which', async () => {
    const booked = await buyer.book();
    await buyer.pay(booked);
    const token = await customer.signIn(ADA);
    const refused = await erase(token);
    expect([refused.status, refused.body['code']]).toEqual([409, 'erasure_refused']);
    expect(refused.body['bookings']).toContain(booked.body['bookingId']);
    expect((await world.call('GET', '/v1/accounts/me', { token })).status).toBe(200);
  });

  it('leaves money, places and counts, and nothing that says who it was; it is audited, and done once', async () => {
    const email = 'leaves@example.org';
    const past = await bookAs(undefined, await world.holdSeats([buyer.seat()]), email);
    await buyer.pay(past);
    const token = await customer.signIn(email);
    const other = await customer.signIn(email);
    const unpaid = await bookAs(token, await world.holdStanding(2), 'friend.of@leaves.example.org');
    await world.sql`UPDATE bookings SET passengers = '[{"name": "leaves passenger"}]', identity = 'leaves identity'
      WHERE email_normalised = ${email}`;
    expect(JSON.stringify(await everything())).toContain(email);
    const moneyBefore =
      await world.sql`SELECT sum(amount_minor)::int AS sum, count(*)::int AS count FROM payment_ledger`;

    await world.sql`UPDATE performances SET starts_at = now() - interval '1 minute'`;
    const erased = await erase(token);
    await world.sql`UPDATE performances SET starts_at = now() + interval '30 days'`;
    expect(erased.status).toBe(204);

    const left = JSON.stringify(await everything());
    for (const word of ['leaves@', 'friend.of', 'leaves passenger', 'leaves identity'])
      expect(left).not.toContain(word);
    expect(await world.sql`SELECT sum(amount_minor)::int AS sum, count(*)::int AS count FROM payment_ledger`).toEqual(
      moneyBefore,
    );
    for (const ended of [token, other]) {
      expect((await erase(ended)).status).toBe(401);
      expect((await world.call('GET', `/v1/bookings/${String(past.body['bookingId'])}`, { token: ended })).status).toBe(
        404,
      );
    }
    const status = await world.call('GET', `/v1/bookings/${String(unpaid.body['bookingId'])}`, {
      token: String(unpaid.body['accessToken']),
    });
    expect(status.body).toMatchObject({ status: 'cancelled', buyer: { name: 'erased' } });
    const [entry] = await world.sql`SELECT actor, action, after FROM audit WHERE action = 'account.erase'`;
    expect(entry).toMatchObject({ actor: expect.stringMatching(/^account:/), after: { bookings: 2 } });
    expect((await page(await customer.signIn(email))).items).toEqual([]);
  });

  it('is done by one of twenty who ask at the same time', async () => {
    const email = 'twenty@example.org';
    const token = await customer.signIn(email);
    await bookAs(token, await world.holdStanding(1), email);
    const replies = await Promise.all(Array.from({ length: 20 }, () => erase(token)));
    expect(replies.map(({ status }) => status).filter((status) => status !== 204 && status !== 401)).toEqual([]);
    const rows = await world.sql`SELECT 1 FROM audit WHERE action = 'account.erase' AND after = '{"bookings": 1}'`;
    expect(rows).toHaveLength(1);
  });
});

/** Every row of every table. */
async function everything(): Promise<object[]> {
  const tables =
    await world.sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  const rows = await Promise.all(
    tables.map(({ name }) => world.sql`SELECT t::text AS row FROM ${world.sql(String(name))} t`),
  );
  return rows.flat();
}
