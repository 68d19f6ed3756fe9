import { createLocalJWKSet } from 'jose';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckIn } from '../../db/queries/check-ins.ts';
import { newId } from '../../platform/id.ts';
import { judgeOffline } from '../../tokens/judge-offline.ts';
import { verifyRevocationList } from '../../tokens/revocation-list.verify.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { BUYER, ORIGIN, SHOW, startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';

const ticketsSchema = v.object({ tickets: v.array(v.object({ id: v.string(), code: v.string() })) });
const TO = { name: 'Grace Hopper', email: 'grace@example.org' };

let world: CoreWorld;
let buyer: Buyer;
let door: string;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
  door = await world.operatorToken('door');
});
afterAll(() => world.close());

const bearer = (booked: Reply) => String(booked.body['accessToken']);
const transfer = (id: unknown, token: string, to: object = TO, key = newId()) =>
  world.call('POST', `/v1/entry-tickets/${String(id)}/transfer`, { token, key, body: { to } });
const takeBack = (id: unknown, token: string, key = newId()) =>
  world.call('POST', `/v1/entry-tickets/${String(id)}/take-back`, { token, key, body: {} });
const open = (id: unknown, token: string) => world.call('GET', `/v1/entry-tickets/${String(id)}`, { token });
const scan = async (code: unknown) => {
  const body = { code: String(code), performanceId: SHOW, gate: 'north' };
  return (await world.call('POST', '/v1/check-ins', { token: door, key: newId(), body })).body;
};

async function sold() {
  const booked = await buyer.book();
  await buyer.pay(booked);
  const [ticket] = v.parse(ticketsSchema, (await buyer.open(booked, '/tickets')).body).tickets;
  if (ticket === undefined) throw new Error('no ticket was given out');
  return { booked, ...ticket };
}

/** A ticket that was given on, and what its new holder has. */
async function given() {
  const old = await sold();
  const reply = await transfer(old.id, bearer(old.booked));
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  const [id, token] = [String(reply.body['ticketId']), String(reply.body['accessToken'])];
  const view = await open(id, token);
  return { old, id, token, view: view.body };
}

describe('a ticket that was given to somebody else', () => {
  it('lets the new holder in and not the old one, who is told why', async () => {
    const { old, id, view } = await given();
    expect(view).toMatchObject({ id, performanceId: SHOW, zone: 'stalls', holder: { name: TO.name } });
    expect(id).not.toBe(old.id);
    expect(await scan(old.code)).toMatchObject({ result: 'revoked', reason: 'transferred' });
    expect(await scan(view['code'])).toMatchObject({ result: 'admit', ticketId: id });
    expect(await scan(view['code'])).toMatchObject({ result: 'already_in' });
  });

  it('is told apart offline too, by the signed list', async () => {
    const { old, view } = await given();
    const { body } = await world.call('GET', `/v1/check-ins/revocations?performanceId=${SHOW}`);
    const { keys } = world.deps.keys.published;
    const set = createLocalJWKSet({ keys: [...keys] });
    const list = await verifyRevocationList(set, String(body['list']), { issuer: ORIGIN, nowMs: Date.now() });
    if (list === null) throw new Error('the list is not ours');
    const gate = {
      performanceId: SHOW,
      keys: keys.map(({ kid = '', x = '' }) => ({ kid, x })),
      revoked: list.ticketIds,
      transferred: list.transferred,
      letIn: new Set<string>(),
    };
    expect(await judgeOffline(gate, old.code)).toMatchObject({ result: 'revoked', reason: 'transferred' });
    expect(await judgeOffline(gate, String(view['code']))).toMatchObject({ result: 'admit' });
  });

  it('is opened by its own token alone, and no more by the one who gave it', async () => {
    const { old, id, token } = await given();
    expect((await open(id, bearer(old.booked))).status).toBe(404);
    expect((await transfer(id, bearer(old.booked))).status).toBe(404);
    expect((await buyer.open(old.booked, '/tickets')).body['tickets']).toEqual([]);
    expect((await open(old.id, token)).status).toBe(404);
    expect((await open(id, `${token.slice(0, -4)}AAAA`)).status).toBe(404);
    expect((await world.call('GET', `/v1/bookings/${String(old.booked.body['bookingId'])}`, { token })).status).toBe(
      404,
    );
    expect(await open(old.id, bearer(old.booked))).toMatchObject({
      status: 409,
      body: { code: 'entry_ticket_revoked', reason: 'transferred' },
    });
    const qr = await world.call('GET', `/v1/entry-tickets/${id}/qr.svg`, { token });
    expect(qr.headers.get('content-type')).toContain('image/svg+xml');
  });

  it('can be given on, and is cancelled with its booking, each holder being told what it was', async () => {
    const { old, id, token, view } = await given();
    const next = await transfer(id, token, { name: 'Third', email: 'third@example.org' });
    const last = await open(next.body['ticketId'], String(next.body['accessToken']));
    expect((await buyer.post(old.booked, 'cancel')).status).toBe(200);
    await world.drain();
    await buyer.settle(1);
    expect(await scan(old.code)).toMatchObject({ reason: 'transferred' });
    expect(await scan(view['code'])).toMatchObject({ reason: 'transferred' });
    expect(await scan(last.body['code'])).toMatchObject({ result: 'revoked', reason: 'cancelled' });
    expect(await transfer(next.body['ticketId'], String(next.body['accessToken']))).toMatchObject({
      status: 409,
      body: { code: 'entry_ticket_not_transferable', reason: 'cancelled' },
    });
  });
});

describe('taking a ticket back', () => {
  it('is for who gave it, buyer or holder; what was given lets nobody in, and both are told', async () => {
    await world.sql`INSERT INTO notification_channels VALUES ('mail') ON CONFLICT DO NOTHING`;
    const { booked, id: own } = await sold();
    const sent = await transfer(own, bearer(booked));
    await world.sql`DELETE FROM notification_channels`;
    const given = String(sent.body['ticketId']);
    const listed = (await buyer.open(booked, '/tickets')).body;
    expect(listed).toMatchObject({ tickets: [], given: [{ id: own, to: { name: TO.name } }] });
    await world.sql`INSERT INTO notification_channels VALUES ('mail') ON CONFLICT DO NOTHING`;
    const back = await takeBack(own, bearer(booked));
    await world.sql`DELETE FROM notification_channels`;
    expect(back.status, JSON.stringify(back.body)).toBe(201);
    expect(back.body).toEqual({ ticketId: expect.any(String) });
    const { tickets } = v.parse(ticketsSchema, (await buyer.open(booked, '/tickets')).body);
    expect(tickets).toMatchObject([{ id: back.body['ticketId'] }]);
    const told =
      await world.sql`SELECT kind, address FROM notifications WHERE entry_ticket_id = ${String(back.body['ticketId'])}`;
    expect(new Set(told.map(({ kind, address }) => `${kind} ${address}`))).toEqual(
      new Set([`returned ${BUYER.email}`, `taken_back ${TO.email}`]),
    );
    expect(await takeBack(own, bearer(booked))).toMatchObject({ status: 409, body: { reason: 'taken_back' } });
    expect((await takeBack(given, bearer(booked))).status).toBe(404);
    expect(await takeBack(tickets[0]?.id, bearer(booked))).toMatchObject({
      status: 409,
      body: { reason: 'not_given' },
    });
    expect(await scan(tickets[0]?.code)).toMatchObject({ result: 'admit' });
  });

  it('of one that was given on is for its last giver alone, and its old holder is told what happened', async () => {
    const { old, id, token } = await given();
    const next = await transfer(id, token, { name: 'Third', email: 'third@example.org' });
    const [third, thirdToken] = [next.body['ticketId'], String(next.body['accessToken'])];
    expect(await takeBack(old.id, bearer(old.booked))).toMatchObject({ status: 409, body: { reason: 'given_on' } });
    expect((await open(id, token)).body).toMatchObject({ reason: 'transferred', takeBackUntil: expect.any(String) });
    const back = await takeBack(id, token);
    expect(back.status, JSON.stringify(back.body)).toBe(201);
    expect((await open(third, thirdToken)).body).toMatchObject({ code: 'entry_ticket_revoked', reason: 'taken_back' });
    const mine = await open(back.body['ticketId'], String(back.body['accessToken']));
    expect(mine.body).toMatchObject({ holder: { name: TO.name } });
    expect(await scan(mine.body['code'])).toMatchObject({ result: 'admit' });
  });

  it('is over after a day, and when the performance begins', async () => {
    const { old, id } = await given();
    await world.sql`UPDATE entry_tickets SET created_at = created_at - interval '24 hours' WHERE id = ${id}`;
    expect(await takeBack(old.id, bearer(old.booked))).toMatchObject({ status: 409, body: { reason: 'too_late' } });
    expect((await buyer.open(old.booked, '/tickets')).body['given']).toMatchObject([{ takeBackUntil: null }]);
  });

  it('and coming in with it: one of the two, however close together', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { old, view } = await given();
      const [back, scanned] = await Promise.all([takeBack(old.id, bearer(old.booked)), scan(view['code'])]);
      const pair = [back.status, back.body['reason'] ?? scanned['reason'], scanned['result']];
      const ends = [
        [201, 'transferred', 'revoked'],
        [409, 'checked_in', 'admit'],
      ];
      expect(ends, `round ${round}`).toContainEqual(pair);
    }
  });

  it('and coming in with it would both be without the lock of the ticket: the control', async () => {
    const { id } = await given();
    await world.sql.begin(async (tx) => {
      expect(await readCheckIn(tx, id)).toBeNull();
      // Beside it, on a connection of its own, a check-in that nothing holds back.
      await world.sql`INSERT INTO check_ins (ticket_id, performance_id, scan_id, gate, scanned_at, is_offline, actor)
        VALUES (${id}, ${SHOW}, ${newId()}, 'north', now(), false, 'door')`;
      await tx`UPDATE entry_tickets SET revoked_at = now() WHERE id = ${id}`;
    });
    const both = await world.sql`SELECT 1 FROM entry_tickets t JOIN check_ins c ON c.ticket_id = t.id
      WHERE t.id = ${id} AND t.revoked_at IS NOT NULL`;
    expect(both).toHaveLength(1);
  });
});

describe('giving a ticket away', () => {
  it('has one winner of ten who are given it at once, and is the same when asked again with its key', async () => {
    const { booked, id } = await sold();
    const keys = Array.from({ length: 10 }, newId);
    const replies = await Promise.all(
      keys.map((key, n) => transfer(id, bearer(booked), { ...TO, name: `N${n}` }, key)),
    );
    const won = replies.flatMap((reply, n) => (reply.status === 201 ? [{ reply, key: keys[n] ?? '', n }] : []));
    expect(won).toHaveLength(1);
    for (const { status, body } of replies)
      if (status !== 201) expect([status, body['reason']]).toEqual([409, 'transferred']);
    const [{ reply, key, n } = { reply: undefined, key: '', n: 0 }] = won;
    const again = await transfer(id, bearer(booked), { ...TO, name: `N${n}` }, key);
    expect([again.status, again.body]).toEqual([201, reply?.body]);
    expect(await world.sql`SELECT 1 FROM entry_tickets WHERE replaces = ${id}`).toHaveLength(1);
  });

  it('would have more than one without the locks and the index: the control', async () => {
    await world.sql`CREATE TABLE unguarded_tickets (replaces uuid NOT NULL)`;
    const ticketId = newId();
    const lookThenWrite = () =>
      world.sql.begin(async (tx) => {
        const known = await tx`SELECT 1 FROM unguarded_tickets WHERE replaces = ${ticketId}`;
        await tx`SELECT pg_sleep(0.05)`;
        if (known.length === 0) await tx`INSERT INTO unguarded_tickets VALUES (${ticketId})`;
      });
    await Promise.all(Array.from({ length: 5 }, lookThenWrite));
    expect((await world.sql`SELECT 1 FROM unguarded_tickets`).length).toBeGreaterThan(1);
  });

  it('is not possible with one that somebody got in with, however close together', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { booked, id, code } = await sold();
      const [moved, scanned] = await Promise.all([transfer(id, bearer(booked)), scan(code)]);
      const pair = [moved.status, moved.body['reason'] ?? scanned['reason'], scanned['result']];
      expect(
        [
          [201, 'transferred', 'revoked'],
          [409, 'checked_in', 'admit'],
        ],
        `round ${round}`,
      ).toContainEqual(pair);
    }
  });

  it('stands on the history without a name, and refuses what is no person', async () => {
    const { old, id } = await given();
    const rows = await world.sql`SELECT details FROM booking_history
      WHERE booking_id = ${String(old.booked.body['bookingId'])} AND action = 'ticket_transferred'`;
    expect(rows.map(({ details }): unknown => details)).toEqual([{ ticketId: old.id, newTicketId: id }]);
    const { booked, id: other } = await sold();
    expect((await transfer(other, bearer(booked), { name: '', email: 'x' })).status).toBe(422);
    expect(
      (await world.call('POST', `/v1/entry-tickets/${other}/transfer`, { token: bearer(booked), body: { to: TO } }))
        .body,
    ).toMatchObject({ code: 'idempotency_key_required' });
  });
});
