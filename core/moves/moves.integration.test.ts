import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockDueMove, putMovePage } from '../../db/queries/moves.ts';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { SHOW, startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { openMailbox } from '../notifications/mailbox.fixture.ts';
import { tellMoves } from './tell-moves.ts';

const AT = { first: '2099-01-01T19:00:00.000Z', second: '2099-01-02T20:00:00.000Z', third: '2099-01-03T20:30:00.000Z' };
const [PAGE, WHOLE] = [
  { limit: 1, everyMs: 0 },
  { limit: 300, everyMs: 0 },
];
let world: CoreWorld;
let buyer: Buyer;
let mailbox: Awaited<ReturnType<typeof openMailbox>>;
let token: string;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
  mailbox = await openMailbox(world);
  token = await world.operatorToken('operator');
});
afterAll(() => Promise.all([world.close(), mailbox.close()]));

/** A paid booking of somebody; what would be mailed of it is not looked at. */
async function sold(email: string, language = 'en'): Promise<Reply> {
  const { receipt } = await world.holdSeats([buyer.seat()]);
  const body = { receipt, buyer: { name: 'Ada Lovelace', email } };
  const booked = await world.call('POST', '/v1/bookings', {
    key: newId(),
    headers: { 'accept-language': language },
    body,
  });
  await buyer.pay(booked);
  await forgetMail();
  return booked;
}
const forgetMail = () => world.sql`UPDATE notifications SET done_at = now(), address = NULL WHERE done_at IS NULL`;
const patch = async (path: string, body: object) => {
  const reply = await world.call('PATCH', `/v1/operator/${path}`, { token, body });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
};
const moves = async () => (await world.call('GET', `/v1/operator/moves?performanceId=${SHOW}`, { token })).body;
/** Moves the show, as if it had been some time ago. */
async function move(startsAt: string) {
  await patch(`performances/${SHOW}`, { startsAt });
  await pass();
}
const pass = () => world.sql`UPDATE performance_moves SET due_at = now() - interval '1 second' WHERE state = 'telling'`;
const tellAll = async () => {
  while ((await tellMoves(world.deps, WHOLE)) > 0);
};
const restore = async () => {
  await move(AT.first);
  await tellAll();
  for (const name of ['ada', 'eva', 'grace', 'zoe', 'late']) await mailbox.mailTo(`${name}@example.org`);
};

describe('a performance that is moved', () => {
  it('is told to each who has places, once, in their language, with new files; who booked later is not told', async () => {
    const booked = await sold('ada@example.org');
    await sold('eva@example.org', 'de');
    const { tickets } = v.parse(
      v.object({ tickets: v.array(v.object({ id: v.string() })) }),
      (await buyer.open(booked, '/tickets')).body,
    );
    const other = await sold('zoe@example.org');
    const to = { name: 'Grace Hopper', email: 'grace@example.org' };
    const given = await world.call('POST', `/v1/entry-tickets/${tickets[0]?.id ?? ''}/transfer`, {
      token: String(booked.body['accessToken']),
      key: newId(),
      body: { to },
    });
    expect(given.status).toBe(201);
    await forgetMail();
    expect(await moves()).toMatchObject({ reach: { bookings: 3, tickets: 1 }, items: [] });

    await patch(`performances/${SHOW}`, { startsAt: AT.second });
    // Nobody is told at once: copies of the old date are still believed somewhere.
    expect(await tellMoves(world.deps)).toBe(0);
    await world.sql`UPDATE performance_moves SET booked_before = now()`;
    await sold('late@example.org');
    await pass();
    await tellAll();
    const [ada, ...more] = await mailbox.mailTo('ada@example.org');
    expect([ada?.subject, more]).toEqual(['Moved: Gala', []]);
    expect(ada?.text).toMatch(/Until now: Thursday,? 1 January 2099 at 19:00 GMT/);
    expect(ada?.text).toMatch(/When: Friday,? 2 January 2099 at 20:00 GMT/);
    const [eva] = await mailbox.mailTo('eva@example.org');
    expect([eva?.subject, eva?.attachments.map(({ filename }) => filename)]).toEqual([
      'Verlegt: Gala',
      ['tickets.pdf', 'event.ics'],
    ]);
    expect(eva?.attachments[1]?.content.toString()).toMatch(/DTSTART:20990102T200000Z\r\n[\s\S]*SEQUENCE:3\r\n/);
    const [grace] = await mailbox.mailTo(to.email);
    expect(grace?.text).toContain('Hello Grace Hopper,');
    expect(grace?.text).toMatch(/\/shop\/\?ticket=/);
    expect(await mailbox.mailTo('late@example.org')).toEqual([]);
    expect((await moves())['items']).toMatchObject([
      { number: 1, state: 'told', messages: 4, was: { startsAt: AT.first, venue: 'Hall, London' } },
    ]);
    // A booking that was cancelled meanwhile is not told of the next.
    await buyer.post(other, 'cancel');
    await restore();
  });

  it('moved again when some are told, it tells each once how it was when they last heard of it', async () => {
    await move(AT.second);
    expect(await tellMoves(world.deps, PAGE)).toBe(1);
    const before = [...(await mailbox.mailTo('ada@example.org')), ...(await mailbox.mailTo('grace@example.org'))];
    expect(before.length).toBeGreaterThan(0);
    // Written for the next one, and not sent before it is moved again.
    expect(await tellMoves(world.deps, PAGE)).toBe(1);
    await move(AT.third);
    await tellAll();
    const was = async (name: string) =>
      (await mailbox.mailTo(`${name}@example.org`)).map(
        ({ text }) => /Until now: \w+,? (\d) January/.exec(text ?? '')?.[1],
      );
    expect([await was('ada'), await was('grace'), await was('late')]).toEqual([['2'], ['2'], ['1']]);
    const [german] = await mailbox.mailTo('eva@example.org');
    expect(german?.text).toContain('Bisher: Donnerstag, 1. Januar 2099');
    expect(((await moves())['items'] as { state: string }[]).map(({ state }) => state).slice(0, 2)).toEqual([
      'told',
      'superseded',
    ]);
    await restore();
  });

  it('moved back before anybody was told of it tells nobody', async () => {
    await move(AT.second);
    await move(AT.first);
    await tellAll();
    expect(await mailbox.mailTo('ada@example.org')).toEqual([]);
  });

  it('a page is written whole or not at all, by several processes at once nobody twice, and not while many messages wait', async () => {
    await move(AT.second);
    await expect(
      world.sql.begin(async (tx) => {
        const due = await lockDueMove(tx, 50);
        if (due !== null) await putMovePage(tx, due, PAGE);
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await tellMoves(world.deps, PAGE)).toBe(1);
    expect(await tellMoves(world.deps, { ...PAGE, mostWaiting: 1 })).toBe(0);
    await Promise.all(Array.from({ length: 4 }, () => tellMoves(world.deps, PAGE)));
    await tellAll();
    for (const name of ['ada', 'eva', 'grace', 'late'])
      expect(await mailbox.mailTo(`${name}@example.org`), name).toHaveLength(1);
    await restore();
  });

  it('at another venue it tells of that, also who had yet to pay, once they have', async () => {
    const booked = await world.call('POST', '/v1/bookings', {
      key: newId(),
      body: {
        receipt: (await world.holdSeats([buyer.seat()])).receipt,
        buyer: { name: 'Ida', email: 'ida@example.org' },
      },
    });
    await world.call('POST', '/v1/operator/venues', {
      token,
      key: newId(),
      body: { id: 'barn', name: 'Barn', city: 'York', country: 'GB', timeZone: 'Europe/London' },
    });
    await patch('events/gala-event', { venueId: 'barn' });
    await pass();
    await tellAll();
    const [mail] = await mailbox.mailTo('ada@example.org');
    expect(mail?.text).toMatch(/Until now: [^\n]*\n\s+Hall, London\n/);
    expect(mail?.text).toContain('Where: Barn, York');
    expect(await mailbox.mailTo('ida@example.org')).toEqual([]);
    await buyer.pay(booked);
    expect((await mailbox.mailTo('ida@example.org')).map(({ subject }) => subject)).toEqual(['Your tickets: Gala']);
    await world.sql`UPDATE notifications SET due_at = now() WHERE kind = 'moved' AND done_at IS NULL`;
    expect((await mailbox.mailTo('ida@example.org')).map(({ subject }) => subject)).toEqual(['Moved: Gala']);
  });
});
