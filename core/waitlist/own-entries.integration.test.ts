import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eraseEntries, readWaitlistData } from '../../db/queries/personal-data.ts';
import { newId } from '../../platform/id.ts';
import { createCustomer } from '../accounts/customer.fixture.ts';
import { createPrinter } from '../entry-tickets/printer.ts';
import { runNotifications } from '../notifications/run-notifications.ts';
import { startPushService } from '../push/push-browser.fixture.ts';
import { startWaitlistWorld, type Waiting, type WaitlistWorld } from './waitlist-world.fixture.ts';

let world: WaitlistWorld;
let service: Awaited<ReturnType<typeof startPushService>>;
beforeAll(async () => {
  world = await startWaitlistWorld();
  service = await startPushService(world.deps.push?.publicKey ?? '');
  await world.sql`INSERT INTO notification_channels VALUES ('mail'), ('push') ON CONFLICT DO NOTHING`;
});
afterAll(async () => {
  await world.deps.push?.close();
  await Promise.all([world.close(), service.close()]);
});

const listSchema = v.object({ items: v.array(v.looseObject({ id: v.string(), state: v.string() })), next: v.null() });
const list = async (token: string) =>
  v.parse(listSchema, (await world.call('GET', '/v1/accounts/me/waitlist', { token })).body).items;
const ask = (waiting: Waiting, token: string, subscription: object) =>
  world.call('POST', `/v1/waitlist/${waiting.id}/push-subscriptions`, {
    token,
    key: newId(),
    headers: { 'accept-language': 'de' },
    body: subscription,
  });
const send = async () => {
  const deps = { ...world.deps, printer: createPrinter() };
  while ((await runNotifications(deps, 'push')) > 0);
};

it('whoever is signed in lists their own places, is told of an offer in the browsers that asked, once each, and leaves', async () => {
  const booked = await world.lastBooked();
  // However an address is spelt, it is its owner's.
  const waiting = await world.join({ email: 'Ada+gala@example.org' });
  const behind = await world.join({ email: 'ada@example.org', partySize: 2 });
  await world.join({ email: 'eve@example.org' });
  const session = await createCustomer(world).signIn('ada@example.org');
  expect(await list(session)).toMatchObject([
    { id: behind.id, state: 'waiting', position: 2, partySize: 2 },
    {
      id: waiting.id,
      state: 'waiting',
      position: 1,
      eventName: 'Gala',
      zoneName: 'Stalls',
      startsAt: '2099-01-01T19:00:00.000Z',
    },
  ]);
  const [phone, desk, gone] = [service.subscribe('/phone'), service.subscribe('/desk'), service.subscribe('/gone')];
  const [one, again] = [
    await ask(waiting, session, phone.subscription),
    await ask(waiting, waiting.token, phone.subscription),
  ];
  expect([one.status, again.body]).toEqual([201, one.body]);
  expect((await ask(waiting, waiting.token, desk.subscription)).status).toBe(201);
  const { body } = await ask(waiting, waiting.token, gone.subscription);
  const path = `/v1/waitlist/${waiting.id}/push-subscriptions/${String(body['id'])}`;
  expect((await world.call('DELETE', path, { token: session })).status).toBe(204);

  await world.cancel(booked);
  await world.drain();
  await send();
  await send();
  expect([phone, desk, gone].map(({ pushed }) => pushed.length)).toEqual([1, 1, 0]);
  const [pushed] = phone.pushed;
  expect(pushed?.payload).toMatchObject({ body: 'Plätze für Sie: Gala', language: 'de' });
  expect(JSON.stringify(pushed?.payload)).toContain(`/shop/?waitlist=${waiting.id}#token=wl_`);
  expect((await list(session))[1]).toMatchObject({ state: 'offered', offer: { items: [{ zoneId: 'stalls' }] } });
  expect((await world.call('DELETE', `/v1/waitlist/${waiting.id}`, { token: session })).status).toBe(204);
  expect((await list(session))[1]).toMatchObject({ state: 'left', position: null });
});

it('what is erased takes offers along that were not sent yet, however the address was spelt, and browsers', async () => {
  const booked = await world.lastBooked();
  await world.forgetWaiting();
  const waiting = await world.join({ email: 'grace+gala@example.org' });
  await ask(waiting, waiting.token, service.subscribe('/grace').subscription);
  await world.cancel(booked);
  const told = await readWaitlistData(world.sql, 'grace@example.org');
  expect(told).toMatchObject([
    { offers: [{}], messages: [{ channel: expect.any(String) }, {}], pushSubscriptions: [{ language: 'de' }] },
  ]);
  await world.sql.begin((tx) => eraseEntries(tx, 'grace@example.org'));
  const rows =
    await world.sql`SELECT 1 FROM notifications WHERE address ILIKE 'grace%' OR payload ->> 'entryId' = ${waiting.id}
    UNION ALL SELECT 1 FROM push_subscriptions WHERE entry_id = ${waiting.id}`;
  expect(rows).toEqual([]);
});

it('a wish for a wheelchair space in a zone that has none of its own is refused, and not taken for any place', async () => {
  const body = { performanceId: 'gala', zoneId: 'standing', partySize: 1, accessible: true, email: 'ida@example.org' };
  const reply = await world.call('POST', '/v1/waitlist', { key: newId(), body });
  expect(reply).toMatchObject({ status: 422, body: { errors: [{ path: 'accessible' }] } });
});
