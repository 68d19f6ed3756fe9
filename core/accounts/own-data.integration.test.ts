import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORE_ROUTES, type Credential, type Route } from '../../contracts/routes.ts';
import { newId } from '../../platform/id.ts';
import { newTicketId } from '../../platform/random.ts';
import { accessKey } from '../../redis/keys.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import { createBuyer } from '../buyer.fixture.ts';
import { BUYER, ORIGIN, ROOM, SHOW, startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { createPushBrowser } from '../push/push-browser.fixture.ts';
import { createCustomer } from './customer.fixture.ts';

/** Credentials by which somebody owns what a route's id names; a route that takes one of these is somebody's own. */
const OWNERS: readonly Credential[] = [
  'booking_token',
  'hold_receipt',
  'checkout_code',
  'waitlist_token',
  'account',
  'feed_token',
];
/** All others: open to everybody, or somebody's by their role, or proved by the message itself. */
const NOT_OWNERS: readonly Credential[] = ['none', 'operator', 'webhook_signature', 'access_pass', 'queue_ticket'];

const routes: readonly Route[] = CORE_ROUTES;
const ownRoutes = routes.filter(
  ({ path, credentials }) => path.includes('/:') && credentials.some((credential) => OWNERS.includes(credential)),
);

/** What one person has: ids of their things by the part of a route's path before the id, and what opens them. */
type Person = { ids: Record<string, string>; tokens: Record<string, string> };

let world: CoreWorld;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  world = await startCoreWorld();
  [ada, eve] = [await makePerson(BUYER.email, 's1'), await makePerson('eve@example.org', 's2')];
});
afterAll(() => world.close());

/** Somebody with a paid booking, a hold, a pass, a session and a place in a waitlist. */
async function makePerson(email: string, seat: string): Promise<Person> {
  const buyer = createBuyer(world);
  const owner = newTicketId();
  const body = { receipt: (await world.holdSeats([seat], owner)).receipt, buyer: { name: email, email } };
  const booked = await world.call('POST', '/v1/bookings', { key: newId(), body });
  expect(booked.status).toBe(201);
  await buyer.pay(booked, { outcome: 'succeed' }, seat === 's1' ? 1 : 2);
  const tickets = v.parse(
    v.object({ tickets: v.array(v.object({ id: v.string() })) }),
    (await buyer.open(booked, '/tickets')).body,
  );
  const token = String(booked.body['accessToken']);
  const pushed = await world.call('POST', `/v1/bookings/${String(booked.body['bookingId'])}/push-subscriptions`, {
    token,
    key: newId(),
    body: createPushBrowser('https://push.example.org/1').subscription,
  });
  expect(pushed.status).toBe(201);
  const held = await world.holdStanding(1, owner);
  const nowMs = world.deps.clock.nowMs();
  const session = {
    issuer: ORIGIN,
    room: ROOM,
    ticketId: owner,
    lane: 'general',
    nowMs,
    sessionEndsAtMs: nowMs + 3_600_000,
  };
  await world.deps.redis.set(accessKey(ROOM, owner), `${session.sessionEndsAtMs} session`);
  const wish = { performanceId: SHOW, zoneId: 'stalls', partySize: 1, email };
  const waiting = await world.call('POST', '/v1/waitlist', { key: newId(), body: wish });
  expect(waiting.status).toBe(201);
  return {
    ids: {
      '/v1/bookings/:id': String(booked.body['bookingId']),
      ':ticketId': tickets.tickets[0]?.id ?? '',
      ':subscriptionId': String(pushed.body['id']),
      '/v1/entry-tickets/:id': tickets.tickets[0]?.id ?? '',
      '/v1/holds/:id': held.holdId,
      '/v1/waitlist/:id': String(waiting.body['id']),
    },
    tokens: {
      'the booking’s token': token,
      'a session': await createCustomer(world).signIn(email),
      'a receipt': held.receipt,
      'a place in a waitlist': String(waiting.body['token']),
      'a pass': await signAccessPass(world.deps.keys.signing, session),
      'a checkout code': new URL(buyer.paymentOf(booked).checkoutUrl).searchParams.get('code') ?? '',
    },
  };
}

/** A route's address for somebody's things. Throws for an id that no person of this test has: make one in `makePerson`. */
function addressOf(route: Route, { ids }: Person): string {
  return route.path.replaceAll(/:[A-Za-z]+/g, (parameter, at: number) => {
    const id = ids[parameter === ':id' ? route.path.slice(0, at) + parameter : parameter];
    if (id === undefined) throw new Error(`${route.path}: give the people of this test a ${parameter}`);
    return id;
  });
}

/** A call with all that one person has, as far as the route reads it; `bearer` is one of their tokens or none. */
function send(route: Route, whose: Person, who: Person, bearer: string | undefined): Promise<Reply> {
  const code = route.credentials.includes('checkout_code') ? `?code=${who.tokens['a checkout code']}` : '';
  return world.call(route.method, addressOf(route, whose) + code, {
    ...(bearer === undefined ? {} : { token: bearer }),
    ...(route.method === 'GET' ? {} : { key: newId() }),
    ...(route.method !== 'POST'
      ? {}
      : { body: route.path.endsWith('/extend') ? { receipt: who.tokens['a receipt'] } : {} }),
  });
}

/** The token by which its owner calls a route, and others by which they may not. */
function bearersOf(route: Route, { tokens }: Person): string[] {
  const {
    'the booking’s token': booking = '',
    'a session': session = '',
    'a receipt': receipt = '',
    'a pass': pass = '',
    'a place in a waitlist': place = '',
  } = tokens;
  const first = route.credentials[0];
  if (first === 'booking_token') return [booking, session];
  if (first === 'hold_receipt') return [receipt];
  if (first === 'access_pass') return [pass];
  if (first === 'waitlist_token') return [place, session];
  return [];
}

describe('own data only', () => {
  it('knows every credential, and looks at every route that is somebody’s own', () => {
    const known = new Set([...OWNERS, ...NOT_OWNERS]);
    expect(routes.flatMap(({ credentials }) => credentials).filter((credential) => !known.has(credential))).toEqual([]);
    expect(ownRoutes.length).toBeGreaterThanOrEqual(9);
  });

  // Last those that change something, so that the others find it.
  const inOrder = ownRoutes.toSorted((one, other) => Number(one.method !== 'GET') - Number(other.method !== 'GET'));
  for (const route of inOrder) {
    it(`${route.method} ${route.path} × another’s id is 404`, async () => {
      const bearers = bearersOf(route, eve);
      for (const bearer of bearers.length === 0 ? [undefined] : bearers) {
        const reply = await send(route, ada, eve, bearer);
        expect([reply.status, reply.body['code']]).toEqual([404, 'not_found']);
      }
    });

    it(`${route.method} ${route.path} is closed to every other credential of hers, and to none`, async () => {
      const others = Object.values(eve.tokens).filter((token) => !bearersOf(route, eve).includes(token));
      for (const bearer of [...others, await world.operatorToken('admin'), undefined]) {
        const reply = await send(route, ada, eve, bearer);
        expect([401, 403, 404]).toContain(reply.status);
        expect(JSON.stringify(reply.body)).not.toContain('ada@');
      }
    });
  }

  for (const route of inOrder) {
    it(`${route.method} ${route.path} is open to the owner`, async () => {
      const bearers = bearersOf(route, ada);
      for (const bearer of bearers.length === 0 ? [undefined] : bearers) {
        const reply = await send(route, ada, ada, bearer);
        expect([401, 403, 404]).not.toContain(reply.status);
      }
    });
  }
});
