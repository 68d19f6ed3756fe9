import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import { putExpiring, setChannel } from '../../db/queries/notifications.ts';
import { eraseBookings } from '../../db/queries/personal-data.ts';
import { startMailbox, type Mailbox } from '../../local-stack/mailbox/start.ts';
import { newId } from '../../platform/id.ts';
import { startCoreWorld, type CoreWorld, type Held, type Reply } from '../core-world.fixture.ts';
import { createPrinter } from '../entry-tickets/printer.ts';
import { readCodes } from '../entry-tickets/read-pdf.fixture.ts';
import { createMailer, type Mailer } from '../mail/mailer.ts';
import { smtpAddress } from '../mail/smtp-address.ts';
import { createPushBrowser } from '../push/push-browser.fixture.ts';
import { runNotifications, type NotificationDeps } from './run-notifications.ts';
import { startNotifications } from './start-notifications.ts';

const refusals = new Map<string, number>();
let world: CoreWorld;
let mailbox: Mailbox;
let mailer: Mailer;
let deps: NotificationDeps;
let events = 0;
let seats = 0;

beforeAll(async () => {
  [world, mailbox] = await Promise.all([
    startCoreWorld({ standing: 20 }),
    startMailbox({ refuse: (address) => refusals.get(address) ?? null }),
  ]);
  const smtp = v.parse(smtpAddress, mailbox.smtpUrl);
  if (smtp === null) throw new Error('no address');
  mailer = createMailer(smtp, 'Onsale <tickets@example.org>');
  deps = { ...world.deps, mailer, printer: createPrinter() };
  await setChannel(world.sql, 'mail', true);
});
afterAll(async () => {
  mailer.close();
  await Promise.all([world.close(), mailbox.stop()]);
});
beforeEach(() => refusals.clear());

const newSeat = () => `s${(seats += 1)}`;

async function book(buyer: { name?: string; email?: string }, language = 'en', held?: Held): Promise<Reply> {
  const { receipt } = held ?? (await world.holdSeats([newSeat(), newSeat()]));
  return world.call('POST', '/v1/bookings', {
    key: newId(),
    headers: { 'accept-language': language },
    body: { receipt, buyer: { name: 'Ada Lovelace', email: 'ada@example.org', ...buyer } },
  });
}

async function pay({ body }: Reply): Promise<void> {
  const payment = v.parse(v.object({ paymentId: v.string(), checkoutUrl: v.string() }), body['payment']);
  await world.openCheckout(payment.checkoutUrl);
  await world.sandbox('POST', `/payments/${payment.paymentId}/complete`, { outcome: 'succeed' });
  await world.settle((events += 1));
}

/** Sends what is due; the mail that came to an address by it, oldest first. */
async function mailTo(address: string) {
  const before = new Set(mailbox.messages().map(({ id }) => id));
  while ((await runNotifications(deps, 'mail')) > 0);
  return mailbox
    .messages()
    .filter(({ id, to }) => !before.has(id) && to.includes(address))
    .map(({ parsed }) => parsed)
    .toReversed();
}

const linkIn = (html: string | false): URL =>
  new URL((/href="([^"]+)"/.exec(html || '')?.[1] ?? '').replaceAll('&amp;', '&'));

describe('a confirmed booking', () => {
  it('is mailed once, with tickets whose codes scan, a calendar file, and a link that opens it', async () => {
    const email = 'zoe@example.org';
    const booked = await book({ name: 'Zoë Łukasz श्रद्धा', email });
    expect(booked.status, JSON.stringify(booked.body)).toBe(201);
    expect(await mailTo(email)).toEqual([]);
    await pay(booked);
    const [mail, ...others] = await mailTo(email);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Your tickets: Gala');
    for (const text of [mail?.text, String(mail?.html)]) {
      expect(text).toContain('Zoë Łukasz श्रद्धा');
      expect(text).toContain('Stalls, Row A, seat 1');
      expect(text).toContain('€100.00');
      // The hall's time, not ours: 19:00 UTC is 19:00 in London in winter.
      expect(text).toMatch(/Thursday,? 1 January 2099 at 19:00 GMT/);
    }
    const id = String(booked.body['bookingId']);
    const token = linkIn(mail?.html ?? false).hash.replace('#token=', '');
    const opened = await world.call('GET', `/v1/bookings/${id}/tickets`, { token });
    const { tickets } = v.parse(v.object({ tickets: v.array(v.object({ code: v.string() })) }), opened.body);
    expect(mail?.attachments.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ['tickets.pdf', 'application/pdf'],
      ['event.ics', 'text/calendar'],
    ]);
    const [pdf, calendar] = mail?.attachments ?? [];
    expect(readCodes(pdf?.content ?? new Uint8Array())).toEqual(tickets.map(({ code }) => code));
    expect(calendar?.content.toString()).toMatch(/SUMMARY:Gala\r\n[\s\S]*DTSTART:20990101T190000Z/);
    expect(await mailTo(email)).toEqual([]);
    const [row] = await world.sql`SELECT address, done_at FROM notifications WHERE booking_id = ${id}`;
    expect(row).toMatchObject({ address: null, done_at: expect.any(Date) });
  });

  it('is told in the language of the browser that booked it, with names that are nothing but names', async () => {
    const email = 'eva@example.org';
    await pay(
      await book({ name: '</p><script>alert(1)</script> <b>Eva</b> & "co"', email }, 'de-AT,de;q=0.9,en;q=0.5'),
    );
    const [mail] = await mailTo(email);
    expect(mail?.subject).toBe('Ihre Tickets: Gala');
    expect(mail?.text).toContain('Stalls, Reihe A, Platz');
    expect(mail?.text).toContain('</p><script>alert(1)</script> <b>Eva</b> & "co"');
    expect(mail?.html).not.toContain('<script');
  });

  it('is told of again when it is cancelled and when the money is back, each once', async () => {
    const email = 'gone@example.org';
    const booked = await book({ email });
    await pay(booked);
    await mailTo(email);
    const token = String(booked.body['accessToken']);
    const path = `/v1/bookings/${String(booked.body['bookingId'])}`;
    expect((await world.call('POST', `${path}/cancel`, { token, key: newId(), body: {} })).status).toBe(200);
    await world.drain();
    await world.settle((events += 1));
    const mails = await mailTo(email);
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map(({ subject }) => subject))).toEqual(
      new Set(['Cancelled: Gala', 'Paid back: €100.00 for Gala']),
    );
    expect(mails.flatMap(({ attachments }) => attachments)).toEqual([]);
    for (const file of ['tickets.pdf', 'calendar.ics'])
      expect((await world.call('GET', `${path}/${file}`, { token })).body).toMatchObject({
        code: 'booking_not_confirmed',
      });
  });
});

describe('a ticket that is given to somebody else', () => {
  const ticketsSchema = v.object({ tickets: v.array(v.object({ id: v.string(), code: v.string() })) });
  const grace = { name: 'Grace </b>', email: 'grace@example.org' };
  const give = (id: string, token: string, to: typeof grace) =>
    world.call('POST', `/v1/entry-tickets/${id}/transfer`, { token, key: newId(), body: { to } });

  it('comes to its new holder by mail, whose link and code are theirs alone; who gave it is told, and has no key to it', async () => {
    const booked = await book({ name: 'Zoë', email: 'giver@example.org' }, 'de');
    await pay(booked);
    await mailTo('giver@example.org');
    const path = `/v1/bookings/${String(booked.body['bookingId'])}`;
    const token = String(booked.body['accessToken']);
    const { tickets } = v.parse(ticketsSchema, (await world.call('GET', `${path}/tickets`, { token })).body);
    const given = await give(tickets[0]?.id ?? '', token, grace);
    expect(given.body).toEqual({ ticketId: expect.any(String), to: { name: grace.name } });
    const [mail, ...others] = await mailTo(grace.email);
    expect([others, mail?.subject]).toEqual([[], 'Ein Ticket für Sie: Gala']);
    expect(mail?.text).toContain('Zoë hat Ihnen ein Ticket gegeben');
    const link = linkIn(mail?.html ?? false);
    expect(link.searchParams.get('ticket')).toBe(given.body['ticketId']);
    const own = link.hash.replace('#token=', '');
    const opened = await world.call('GET', `/v1/entry-tickets/${String(given.body['ticketId'])}`, { token: own });
    expect(opened).toMatchObject({ status: 200, body: { holder: { name: grace.name } } });
    const [pdf, calendar] = mail?.attachments ?? [];
    expect(readCodes(pdf?.content ?? new Uint8Array())).toEqual([opened.body['code']]);
    expect(calendar?.content.toString()).toContain(`UID:${String(given.body['ticketId'])}`);
    // Who gave it was told in the same turn.
    const told = mailbox.messages().filter(({ to }) => to.includes('giver@example.org'));
    expect(told.map(({ parsed }) => parsed.subject)).toContain('Sie haben ein Ticket weitergegeben: Gala');
    // The other one is still theirs; when both are gone there is nothing to print.
    expect((await world.call('GET', `${path}/tickets.pdf`, { token })).status).toBe(200);
    await give(tickets[1]?.id ?? '', token, grace);
    const empty = await world.call('GET', `${path}/tickets.pdf`, { token });
    expect([empty.status, empty.body['code']]).toEqual([404, 'not_found']);
    // Given on before the mail went out, it is not sent to whom it no longer belongs.
    const [next] = await world.sql<
      { id: string }[]
    >`SELECT id FROM entry_tickets WHERE replaces = ${tickets[1]?.id ?? ''}`;
    await world.sql`UPDATE entry_tickets SET revoked_at = now() WHERE id = ${next?.id ?? ''}`;
    expect(await mailTo(grace.email)).toEqual([]);
  });

  it('leaves nothing to tell when its new holder has their data erased first', async () => {
    const booked = await book({ email: 'giver2@example.org' });
    await pay(booked);
    const token = String(booked.body['accessToken']);
    const path = `/v1/bookings/${String(booked.body['bookingId'])}`;
    const { tickets } = v.parse(ticketsSchema, (await world.call('GET', `${path}/tickets`, { token })).body);
    await mailTo('giver2@example.org');
    await give(tickets[0]?.id ?? '', token, { name: 'Gone', email: 'Gone+x@example.org' });
    await world.sql.begin((tx) => eraseBookings(tx, 'gone@example.org', 'nobody'));
    expect(await mailTo('Gone+x@example.org')).toEqual([]);
  });
});

describe('an unpaid booking', () => {
  const SOON = { withinSeconds: 3600, atLeastSeconds: 45, limit: 10 };

  it('is reminded of once when its time is nearly over, and not when it was paid meanwhile', async () => {
    const [late, quick] = ['late@example.org', 'quick@example.org'];
    const [unpaid, paid] = [await book({ email: late }), await book({ email: quick })];
    expect(unpaid.status).toBe(201);
    expect(await putExpiring(world.sql, { ...SOON, withinSeconds: 60 })).toBe(0);
    expect(await putExpiring(world.sql, SOON)).toBe(2);
    expect(await putExpiring(world.sql, SOON)).toBe(0);
    await pay(paid);
    const [mail, ...others] = await mailTo(late);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Pay soon to keep your places: Gala');
    expect(linkIn(mail?.html ?? false).searchParams.get('booking')).toBe(unpaid.body['bookingId']);
    const toldQuick = mailbox.messages().filter(({ to }) => to.includes(quick));
    expect(toldQuick.map(({ parsed }) => parsed.subject)).toEqual(['Your tickets: Gala']);
  });
});

describe('a message that can’t be sent', () => {
  it('is tried again later, and laid aside at once for a relay that refuses it for good, until an operator replays it', async () => {
    const [later, never] = ['later@example.org', 'never@example.org'];
    refusals.set(later, 451).set(never, 550);
    await pay(await book({ email: later }));
    await pay(await book({ email: never }));
    expect(await mailTo(later)).toEqual([]);
    const token = await world.operatorToken('operator');
    const list = async () =>
      v.parse(
        v.object({ items: v.array(v.looseObject({ id: v.string(), kind: v.string(), lastError: v.string() })) }),
        (await world.call('GET', '/v1/operator/dead-letters', { token })).body,
      ).items;
    const [dead, ...others] = await list();
    expect(others).toEqual([]);
    expect(dead).toMatchObject({ kind: 'notification.ticket', lastError: 'smtp_550' });
    expect(JSON.stringify(dead)).not.toContain('example.org');
    refusals.clear();
    const replay = `/v1/operator/dead-letters/${dead?.id}/replay`;
    expect((await world.call('POST', replay, { token, key: newId(), body: {} })).status).toBe(200);
    expect(await mailTo(never)).toHaveLength(1);
    expect(await list()).toEqual([]);
    await world.sql`UPDATE notifications SET due_at = now() WHERE done_at IS NULL`;
    expect(await mailTo(later)).toHaveLength(1);
  });

  it('goes out again with the same Message-ID when the sender died before it could note it', async () => {
    const email = 'twice@example.org';
    const booked = await book({ email });
    await pay(booked);
    const [first] = await mailTo(email);
    await world.sql`UPDATE notifications SET done_at = NULL, address = ${email}, due_at = now()
      WHERE booking_id = ${String(booked.body['bookingId'])}`;
    const [second] = await mailTo(email);
    expect(second?.messageId).toBe(first?.messageId);
  });

  it('is taken by one of many senders only', async () => {
    const email = 'crowd@example.org';
    for (const held of [await world.holdStanding(1), await world.holdStanding(1), await world.holdStanding(1)])
      await pay(await book({ email }, 'en', held));
    const taken = await Promise.all([1, 2, 3, 4].map(() => runNotifications(deps, 'mail')));
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(mailbox.messages().filter(({ to }) => to.includes(email))).toHaveLength(3);
  });
});

describe('push services that take a connection and say nothing', () => {
  it('keep nobody waiting for a ticket by mail', async () => {
    const silent = createServer(() => {});
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as AddressInfo).port));
    });
    const { subscription } = createPushBrowser(`http://127.0.0.1:${port}/`);
    const until = new Date(Date.now() + 600_000).toISOString();
    const payload = { roomName: 'The Gala', url: 'https://shop.example.org/', until };
    await world.sql`INSERT INTO notifications (event, kind, channel, address, address_hash, language, payload, due_at)
      SELECT 'called:silent:' || n, 'called', 'push', ${JSON.stringify(subscription)}, sha256(n::text::bytea), 'en',
        ${world.sql.json(payload)}, now() - interval '1 minute' FROM generate_series(1, 64) AS n`;
    const sending = startNotifications({
      ...deps,
      config: { ...deps.config, smtp: v.parse(smtpAddress, mailbox.smtpUrl) },
    });
    try {
      const booked = await book({ email: 'waits@example.org' });
      await pay(booked);
      sending.wake();
      await vi.waitFor(() => expect(mailbox.messages().some(({ to }) => to.includes('waits@example.org'))).toBe(true), {
        timeout: 4500,
      });
      const [row] =
        await world.sql`SELECT count(*)::int AS tried FROM notifications WHERE event LIKE 'called:silent:%' AND attempts > 0`;
      expect(row?.['tried']).toBeGreaterThan(0);
    } finally {
      silent.closeAllConnections();
      silent.close();
      await sending.stop();
      await world.sql`DELETE FROM notifications WHERE event LIKE 'called:silent:%'`;
      await setChannel(world.sql, 'push', false);
    }
  });
});

describe('where no relay is configured', () => {
  it('nothing is written', async () => {
    await setChannel(world.sql, 'mail', false);
    const booked = await book({ email: 'nobody@example.org' });
    await pay(booked);
    const rows = await world.sql`SELECT 1 FROM notifications WHERE booking_id = ${String(booked.body['bookingId'])}`;
    expect(rows).toHaveLength(0);
    await setChannel(world.sql, 'mail', true);
  });
});
