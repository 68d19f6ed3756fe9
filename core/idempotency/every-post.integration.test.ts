import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORE_ROUTES, type Credential, type Route } from '../../contracts/routes.ts';
import { newTicketId } from '../../platform/random.ts';
import { accessKey } from '../../redis/keys.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import { signFeedHello } from '../../tokens/feed-hello.sign.ts';
import { ed25519SigningKey } from '../../tokens/key-set.ts';
import { createCustomer } from '../accounts/customer.fixture.ts';
import { createBuyer } from '../buyer.fixture.ts';
import { BUYER, ORIGIN, ROOM, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';

const routes: readonly Route[] = CORE_ROUTES;
const posts = routes.filter(
  ({ method, credentials }) => method === 'POST' && !credentials.includes('webhook_signature'),
);

/** What one person and one operator bring: bearers by kind, ids of their things by the part of a path before the id. */
type Brought = { tokens: Partial<Record<Credential, string>>; ids: Record<string, string>; receipt: string };

let world: CoreWorld;
let brought: Brought;
beforeAll(async () => {
  world = await startCoreWorld();
  brought = await bring();
});
afterAll(() => world.close());

async function bring(): Promise<Brought> {
  const buyer = createBuyer(world);
  const booked = await buyer.book();
  await buyer.pay(booked);
  const [ticket] = await world.sql<{ id: string }[]>`SELECT id FROM entry_tickets`;
  const waiting = await world.call('POST', '/v1/waitlist', {
    key: 'joins',
    body: { performanceId: 'gala', zoneId: 'stalls', partySize: 1, email: BUYER.email },
  });
  const [nowMs, ticketId] = [world.deps.clock.nowMs(), newTicketId()];
  const place = { issuer: ORIGIN, room: ROOM, ticketId, lane: 'general', nowMs };
  const sessionEndsAtMs = nowMs + 3_600_000;
  await world.deps.redis.set(accessKey(ROOM, ticketId), `${sessionEndsAtMs} session`);
  const held = await world.holdStanding(1, ticketId);
  return {
    receipt: held.receipt,
    ids: {
      '/v1/bookings/': String(booked.body['bookingId']),
      '/v1/entry-tickets/': ticket?.id ?? '',
      '/v1/holds/': held.holdId,
      '/v1/waitlist/': String(waiting.body['id']),
    },
    tokens: {
      operator: await world.operatorToken('admin'),
      booking_token: String(booked.body['accessToken']),
      waitlist_token: String(waiting.body['token']),
      account: await createCustomer(world).signIn(BUYER.email),
      access_pass: await signAccessPass(world.deps.keys.signing, { ...place, sessionEndsAtMs }),
      feed_token: await signFeedHello(await ed25519SigningKey(world.deps.config.coreKeys), { ...place, score: '1' }),
    },
  };
}

/** A call with all that the route asks for but the key. */
function send({ path, credentials: [first] }: Route, key: string | undefined) {
  const token = brought.tokens[first];
  // An operator's route is judged before what its id names.
  const address = path.replaceAll(/:[A-Za-z]+/g, (_, at: number) => brought.ids[path.slice(0, at)] ?? 'some');
  return world.call('POST', address, {
    ...(token === undefined ? {} : { token }),
    ...(key === undefined ? {} : { key }),
    body: { receipt: brought.receipt, buyer: BUYER },
  });
}

const keysKept = () => world.sql`SELECT count(*)::int AS count FROM idempotency_keys`;

describe('every POST of core but webhooks', () => {
  it('says in the table of routes that it takes a key, and no webhook does', () => {
    expect(posts.length).toBeGreaterThan(25);
    expect(posts.filter(({ idempotent }) => idempotent !== true)).toEqual([]);
    expect(routes.filter((route) => route.idempotent === true && !posts.includes(route))).toEqual([]);
  });

  it.each(posts)('POST $path is refused without a key, and with one that is none', async (route) => {
    const before = await keysKept();
    expect(await send(route, undefined)).toMatchObject({ status: 400, body: { code: 'idempotency_key_required' } });
    for (const key of ['x'.repeat(256), 'ü'])
      expect(await send(route, key)).toMatchObject({ status: 400, body: { code: 'idempotency_key_invalid' } });
    expect(await keysKept()).toEqual(before);
  });
});
