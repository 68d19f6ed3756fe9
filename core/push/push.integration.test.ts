import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_PUSH_SUBSCRIPTIONS } from '../../contracts/push.ts';
import { setChannel } from '../../db/queries/notifications.ts';
import { eraseBookings, readBookingData } from '../../db/queries/personal-data.ts';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { BUYER, startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { createPrinter } from '../entry-tickets/printer.ts';
import { runNotifications } from '../notifications/run-notifications.ts';
import { createPushBrowser, startPushService } from './push-browser.fixture.ts';

let world: CoreWorld;
let buyer: Buyer;
let service: Awaited<ReturnType<typeof startPushService>>;
let browsers = 0;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
  service = await startPushService(world.deps.push?.publicKey ?? '');
  await setChannel(world.sql, 'push', true);
});
afterAll(async () => {
  await world.deps.push?.close();
  await Promise.all([world.close(), service.close()]);
});

const newBrowser = () => service.subscribe(`/browser/${(browsers += 1)}`);
const send = async () => {
  while ((await runNotifications({ ...world.deps, printer: createPrinter() }, 'push')) > 0);
};
const ask = (booked: Reply, subscription: object) =>
  world.call('POST', `/v1/bookings/${String(booked.body['bookingId'])}/push-subscriptions`, {
    token: String(booked.body['accessToken']),
    key: newId(),
    headers: { 'accept-language': 'fr' },
    body: subscription,
  });

describe('a browser that asked to be told of a booking', () => {
  it('gets each event once, encrypted for it alone and signed by us, in its language, and nothing after it unsubscribed', async () => {
    const booked = await buyer.book();
    const [own, other] = [newBrowser(), newBrowser()];
    const [one, again] = [await ask(booked, own.subscription), await ask(booked, own.subscription)];
    expect([one.status, again.body]).toEqual([201, one.body]);
    expect((await ask(booked, other.subscription)).status).toBe(201);
    await buyer.pay(booked);
    await send();
    await send();
    expect(own.pushed).toHaveLength(1);
    expect(other.pushed).toHaveLength(1);
    const [pushed] = own.pushed;
    const id = String(booked.body['bookingId']);
    expect(pushed?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400', urgency: 'normal' });
    expect(pushed?.payload).toMatchObject({ title: 'Voici vos billets', body: 'Vos billets : Gala', language: 'fr' });
    expect(JSON.stringify(pushed?.payload)).toContain(`/shop/?booking=${id}#token=bk_`);
    const rows = await world.sql`SELECT address FROM notifications WHERE booking_id = ${id} AND channel = 'push'`;
    expect(rows.map(({ address }): unknown => address)).toEqual([null, null]);

    const path = `/v1/bookings/${id}/push-subscriptions/${String(one.body['id'])}`;
    expect((await world.call('DELETE', path, { token: String(booked.body['accessToken']) })).status).toBe(204);
    expect((await buyer.post(booked, 'cancel')).status).toBe(200);
    await send();
    expect([own.pushed.length, other.pushed.length]).toEqual([1, 2]);
    await world.drain();
    await buyer.settle(1);
  });

  it('is forgotten once its push service knows it no more, and is tried again while the service is away', async () => {
    const booked = await buyer.book();
    const [gone, away, broken] = [newBrowser(), newBrowser(), newBrowser()];
    for (const { subscription } of [gone, away, broken]) await ask(booked, subscription);
    gone.answer(410);
    away.answer(503);
    broken.answer(413);
    await buyer.pay(booked);
    await send();
    const rows = await world.sql<{ lastError: string | null; end: string }[]>`SELECT last_error AS "lastError",
      CASE WHEN done_at IS NOT NULL THEN 'done' WHEN dead_at IS NOT NULL THEN 'dead' ELSE 'due' END AS "end"
      FROM notifications WHERE booking_id = ${String(booked.body['bookingId'])} ORDER BY last_error`;
    expect(rows).toEqual([
      { lastError: 'push_413', end: 'dead' },
      { lastError: 'push_503', end: 'due' },
      { lastError: 'the browser has unsubscribed', end: 'done' },
    ]);
    const left =
      await world.sql`SELECT 1 FROM push_subscriptions WHERE booking_id = ${String(booked.body['bookingId'])}`;
    expect(left).toHaveLength(2);
    away.answer(201);
    await world.sql`UPDATE notifications SET due_at = now() WHERE last_error = 'push_503'`;
    await send();
    expect(away.pushed).toHaveLength(1);
  });

  it('is one of five at most, at a public host over https, with keys that something can be encrypted for', async () => {
    const booked = await buyer.book();
    const { subscription } = createPushBrowser('https://push.example.org/x');
    const refused = async (change: object) => (await ask(booked, { ...subscription, ...change })).body;
    for (const endpoint of [
      'http://push.example.org/x',
      'https://10.0.0.1/x',
      'https://localhost/x',
      'https://[::1]/x',
      'ftp://x.org/',
      'x',
    ])
      expect(await refused({ endpoint }), endpoint).toMatchObject({
        code: 'invalid_request',
        errors: [{ path: 'endpoint' }],
      });
    const keys = { ...subscription.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') };
    expect(await refused({ keys })).toMatchObject({ errors: [{ path: 'keys.p256dh' }] });
    expect(await refused({ more: 1 })).toMatchObject({ code: 'invalid_request' });
    const replies = await Promise.all(
      Array.from({ length: MAX_PUSH_SUBSCRIPTIONS + 3 }, () => ask(booked, newBrowser().subscription)),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(MAX_PUSH_SUBSCRIPTIONS);
    expect(replies.find(({ status }) => status !== 201)?.body).toMatchObject({
      code: 'limit_reached',
      limit: MAX_PUSH_SUBSCRIPTIONS,
    });
  });

  it('is in the export of its buyer, and goes with their data', async () => {
    const before = await readBookingData(world.sql, BUYER.email, { afterId: '', limit: 10 });
    expect(before.flatMap((booking) => booking['pushSubscriptions']).length).toBeGreaterThan(0);
    await world.sql.begin((tx) => eraseBookings(tx, BUYER.email, 'nobody'));
    expect(await world.sql`SELECT 1 FROM push_subscriptions`).toHaveLength(0);
  });
});

it('says by which ways it tells, and is not there without keys', async () => {
  const told = await world.call('GET', '/v1/notification-channels');
  expect(told.body).toEqual({ mail: false, push: { publicKey: world.deps.push?.publicKey } });
});
