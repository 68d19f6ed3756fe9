import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import type { Board } from '../../contracts/board.ts';
import { drawScore } from '../../contracts/draw.ts';
import { setChannel } from '../../db/queries/notifications.ts';
import { eraseBookings, readAccountData } from '../../db/queries/personal-data.ts';
import { newId } from '../../platform/id.ts';
import { newTicketId } from '../../platform/random.ts';
import { roomKeys } from '../../redis/keys.ts';
import { generateOkpKeySet } from '../../tokens/generate-keys.ts';
import { ed25519SigningKey } from '../../tokens/key-set.ts';
import { signFeedHello } from '../../tokens/feed-hello.sign.ts';
import { ORIGIN, ROOM, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { createPushBrowser } from '../push/push-browser.fixture.ts';
import { tellTurns } from './tell-turns.ts';

const SEED = 'a'.repeat(32);
let world: CoreWorld;
let addresses = 0;
beforeAll(async () => {
  world = await startCoreWorld();
  const edge = { name: 'The Gala', lanes: [{ name: 'general', weight: 1 }], opensAtMs: null, drawSeed: SEED };
  const limits = { joinsPerClientPerMinute: 60, shopUrl: null, allowedReturnHosts: [] };
  await world.deps.redis.hset(roomKeys(ROOM).config, 'edge', JSON.stringify({ ...edge, ...limits }));
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.sql`TRUNCATE turn_notices, notifications`;
  await world.sql`DELETE FROM idempotency_keys`;
  await Promise.all([setChannel(world.sql, 'mail', true), setChannel(world.sql, 'push', true)]);
  await world.deps.redis.del(...(await world.deps.redis.keys('limit:*')), 'nothing');
});

const newAddress = () => `waits${(addresses += 1)}@example.org`;

/** One a second is let in; `calledTo` and 2,000 places behind it. */
async function show(calledTo: number, change: Partial<Board> = {}): Promise<void> {
  const pace = { perMinute: 60, showUpRate: 1, expected: 0 };
  const marks: [number, number][] = [
    [calledTo, 0],
    [calledTo + 2000, 2000],
  ];
  const line = laneOf({ calledTo: String(calledTo), waiting: 2000, marks, pace });
  const board = boardOf({ room: ROOM, at: world.deps.clock.nowMs(), lanes: { general: line }, ...change });
  await world.deps.redis.set(roomKeys(ROOM).board, JSON.stringify(board));
}

/** The token that the edge gives for a place. */
async function placeToken(
  hello: { ticketId?: string; score?: string; room?: string } = {},
  keys?: Parameters<typeof ed25519SigningKey>[0],
) {
  const key = await ed25519SigningKey(keys ?? world.deps.config.coreKeys);
  const place = { ticketId: newTicketId(), room: ROOM, ...hello };
  return signFeedHello(key, { issuer: ORIGIN, lane: 'general', nowMs: world.deps.clock.nowMs(), ...place });
}

const ask = async (wish: object, hello: Parameters<typeof placeToken>[0] = {}) =>
  world.call('POST', '/v1/turn-notices', {
    token: await placeToken(hello),
    key: newId(),
    headers: { 'accept-language': 'de' },
    body: wish,
  });

const told = () =>
  world.sql<
    { kind: string; address: string }[]
  >`SELECT kind, address FROM notifications ORDER BY created_at, address, kind`;

describe('who waits and asked for it', () => {
  it('is told once when they would be let in within five minutes, once when they are called, and then forgotten', async () => {
    const email = newAddress();
    const asked = await ask({ email }, { score: '1000' });
    expect([asked.status, asked.body]).toEqual([201, { room: ROOM, channel: 'mail' }]);
    await show(600);
    expect(await tellTurns(world.deps)).toBe(0);
    await show(705);
    expect([await tellTurns(world.deps), await tellTurns(world.deps)]).toEqual([1, 0]);
    expect(await told()).toEqual([{ kind: 'turn_near', address: email }]);
    await show(999);
    expect(await tellTurns(world.deps)).toBe(0);
    await show(1000);
    expect([await tellTurns(world.deps), await tellTurns(world.deps)]).toEqual([1, 0]);
    expect((await told()).map(({ kind }) => kind)).toEqual(['turn_near', 'called']);
    expect(await world.sql`SELECT 1 FROM turn_notices`).toHaveLength(0);
    const [row] = await world.sql`SELECT language, payload FROM notifications WHERE kind = 'called'`;
    expect(row).toMatchObject({ language: 'de', payload: { roomName: 'The Gala', url: `${ORIGIN}/rooms/${ROOM}` } });
  });

  it('is told once however many processes look, and only those whose turn it is', async () => {
    for (let score = 1; score <= 40; score += 1) await ask({ email: newAddress() }, { score: String(score) });
    await show(25, { waitTimeKnown: false });
    const taken = await Promise.all([1, 2, 3].map(() => tellTurns(world.deps)));
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(25);
    expect((await told()).map(({ kind }) => kind)).toEqual(Array.from({ length: 25 }, () => 'called'));
  });

  it('may ask in the lobby, and is found by the draw once the board tells its seed', async () => {
    const ticketId = newTicketId();
    await ask({ email: newAddress() }, { ticketId });
    await show(0, { phase: 'lobby' });
    expect(await tellTurns(world.deps)).toBe(0);
    const line = laneOf({ base: '50' });
    const drawn = { draw: { commitment: '', seed: SEED }, waitTimeKnown: false };
    await show(0, { ...drawn, lanes: { general: line } });
    expect(await tellTurns(world.deps)).toBe(0);
    const [row] = await world.sql<{ score: number }[]>`SELECT score FROM turn_notices`;
    expect(row?.score).toBe(await drawScore(SEED, ticketId, 50));
    await show(0, { ...drawn, lanes: { general: { ...line, calledTo: '51' } } });
    expect(await tellTurns(world.deps)).toBe(1);
  });

  it('is told nothing after they gave up, asked to be left alone, or the room closed; nor by an old board', async () => {
    const [gone, quiet] = [newTicketId(), newTicketId()];
    await ask({ email: newAddress() }, { ticketId: gone, score: '1' });
    await ask({ email: newAddress() }, { ticketId: quiet, score: '2' });
    await ask({ email: newAddress() }, { score: '9' });
    await world.sql`INSERT INTO spent_tickets VALUES (${ROOM}, ${gone}, now() + interval '1 hour')`;
    const left = await world.call('DELETE', '/v1/turn-notices', { token: await placeToken({ ticketId: quiet }) });
    expect(left.status).toBe(204);
    await show(5, { at: world.deps.clock.nowMs() - 60_000 });
    expect(await tellTurns(world.deps)).toBe(0);
    await show(5, { waitTimeKnown: false });
    expect(await tellTurns(world.deps)).toBe(1);
    expect(await told()).toEqual([]);
    await show(5, { phase: 'closed' });
    await tellTurns(world.deps);
    expect(await told()).toEqual([]);
    expect(await world.sql`SELECT 1 FROM turn_notices`).toHaveLength(0);
  });

  it('is one address or one browser a place, and an address is one place: the last that asked', async () => {
    const [email, ticketId] = [newAddress(), newTicketId()];
    await ask({ email: newAddress() }, { ticketId, score: '1' });
    await ask({ email }, { ticketId, score: '1' });
    await ask({ email }, { score: '2' });
    const { subscription } = createPushBrowser('https://push.example.org/1');
    expect((await ask({ subscription }, { score: '3' })).body).toMatchObject({ channel: 'push' });
    const rows = await world.sql<
      { channel: string; score: number }[]
    >`SELECT channel, score FROM turn_notices ORDER BY score`;
    expect(rows).toEqual([
      { channel: 'mail', score: 2 },
      { channel: 'push', score: 3 },
    ]);
    for (let more = 0; more < 3; more += 1) await ask({ email }, { score: '4' });
    expect(await ask({ email }, { score: '5' })).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const own = await readAccountData(world.sql, { accountId: newId(), email });
    expect(own).toBeNull();
    await world.sql.begin((tx) => eraseBookings(tx, email, 'nobody'));
    expect(await world.sql`SELECT channel FROM turn_notices`).toEqual([{ channel: 'push' }]);
  });
});

it('asks for the token of a place, not forged, and for one way that can be sent by', async () => {
  const email = newAddress();
  const post = (token: string | undefined, body: object) =>
    world.call('POST', '/v1/turn-notices', { key: newId(), body, ...(token === undefined ? {} : { token }) });
  for (const token of [undefined, 'x', await placeToken({}, await generateOkpKeySet())])
    expect(await post(token, { email })).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  const { subscription } = createPushBrowser('https://10.0.0.1/1');
  for (const body of [{}, { email: 'x' }, { email, subscription }, { subscription }, { email, more: 1 }])
    expect(await post(await placeToken(), body)).toMatchObject({ status: 422 });
  await setChannel(world.sql, 'mail', false);
  expect(await post(await placeToken(), { email })).toMatchObject({ status: 404 });
});
