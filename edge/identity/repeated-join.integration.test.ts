import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RoomRow } from '../../db/queries/rooms.ts';
import { createNodeScriptClient } from '../../redis/client.node.ts';
import { scriptsWithTestClock } from '../../redis/test-clock.ts';
import { createEdgeFixture, problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom, type RoomVisit } from '../edge-visit.fixture.ts';
import { openShop, type TestShop } from './shop.fixture.ts';

const KEY = '5f0c7a1e-9f55-4a86-9d55-0c2f6f1f6f0d';
const inLine = { status: 409, code: 'identity_in_line' };

let shop: TestShop;
let store: EdgeStore;
beforeAll(async () => {
  [shop, store] = await Promise.all([openShop(), startEdgeStore({ port: 'ioredis' })]);
});
afterAll(() => store.stop());
beforeEach(() => store.redis.flush());

type Told = { ticket: string; ticketId: string; state: string; score?: string };
const open = (over: Partial<RoomRow> = {}) =>
  openRoom(store, { requireIdentity: true, identityKeys: [shop.key], ...over });
/** A join of Anna's as her browser sends it, with a fresh identity each time. */
async function join(visit: Pick<RoomVisit, 'edge'>, key: string | null, body: object = {}): Promise<Response> {
  const identity = await shop.sign('anna', { nowMs: visit.edge.clock.nowMs() });
  return visit.edge.ask(`${api}/tickets`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { 'idempotency-key': key }) },
    body: JSON.stringify({ identity, ...body }),
  });
}
async function told(answer: Response): Promise<Told> {
  expect(answer.status).toBe(201);
  return (await answer.json()) as Told;
}
const expOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }).exp;
const counter = () => store.direct.hget('{r:demo}:state', 'counter:general');

describe('a join whose answer was lost, repeated with its Idempotency-Key,', () => {
  it('gets the place and the ticket that it was to get, and nobody is in line twice', async () => {
    const visit = await open();
    const first = await told(await join(visit, KEY));
    visit.edge.clock.advance(5000);
    const again = await told(await join(visit, KEY));
    expect([again.ticketId, again.score]).toEqual([first.ticketId, first.score]);
    expect(expOf(again.ticket)).toBe(expOf(first.ticket));
    expect([await counter(), await store.direct.zcard('{r:demo}:waiting:general')]).toEqual(['1', 1]);
    expect((await visit.send('POST', `${api}/tickets`, bearer(again.ticket))).status).toBe(200);
  });

  it('finds it also once it was called, when it no longer waits by score', async () => {
    const visit = await open();
    const first = await told(await join(visit, KEY));
    await visit.elapse(3);
    const again = await told(await join(visit, KEY));
    expect(again).toMatchObject({ ticketId: first.ticketId, state: 'called', score: first.score });
    await visit.admit(again.ticket);
    expect((await visit.send('POST', `${api}/passes`, bearer(again.ticket))).status).toBe(201);
  });

  it('keeps its lot in the lobby, and is not told it', async () => {
    const visit = await open({ lobbyOpensAt: new Date(0), opensAt: new Date(4_000_000_000_000) });
    const first = await told(await join(visit, KEY));
    const lot = await store.direct.zscore('{r:demo}:waiting:general', first.ticketId);
    const again = await told(await join(visit, KEY));
    expect(again).toMatchObject({ ticketId: first.ticketId, state: 'lobby' });
    expect(again).not.toHaveProperty('score');
    expect(await store.direct.zscore('{r:demo}:waiting:general', first.ticketId)).toBe(lot);
  });

  it('many times at once takes one place', async () => {
    const visit = await open();
    const answers = await Promise.all(Array.from({ length: 30 }, () => join(visit, KEY)));
    const ids = await Promise.all(answers.map(async (answer) => (await told(answer)).ticketId));
    expect([new Set(ids).size, await counter()]).toEqual([1, '1']);
  });

  it('is refused with another key, with none, with one that can be guessed, and in another lane', async () => {
    const lanes = [
      { name: 'general', weight: 1 },
      { name: 'members', weight: 1 },
    ];
    const visit = await open({ lanes });
    await told(await join(visit, KEY));
    for (const key of [`${KEY}0`, null, 'short'])
      expect(await problemOf(await join(visit, key)), String(key)).toMatchObject(inLine);
    expect(await problemOf(await join(visit, KEY, { lane: 'members' }))).toMatchObject(inLine);
    expect(await counter()).toBe('1');
  });

  it('gives no ticket to another person who uses the same key', async () => {
    const visit = await open();
    const anna = await told(await join(visit, KEY));
    const identity = await shop.sign('ben', { nowMs: visit.edge.clock.nowMs() });
    const ben = await told(await join(visit, KEY, { identity }));
    expect(ben.ticketId).not.toBe(anna.ticketId);
  });

  it('takes a new place with a new id when the old one was given up or its session is over', async () => {
    const visit = await open();
    const first = await told(await join(visit, KEY));
    expect((await visit.send('DELETE', `${api}/tickets/me`, bearer(first.ticket))).status).toBe(204);
    const second = await told(await join(visit, KEY));
    expect([second.ticketId === first.ticketId, second.state]).toEqual([false, 'waiting']);
    expect(await problemOf(await join(visit, KEY))).toMatchObject(inLine);
    expect(await counter()).toBe('2');
  });
});

it('a repeated join would lose its place if the script did not know the score: the control', async () => {
  await open();
  const shipped = scriptsWithTestClock();
  const lua = shipped.join.lua.replace('local before = identity_key', 'local before = false and identity_key');
  expect(lua).not.toBe(shipped.join.lua);
  const unguarded = { ...shipped, join: { lua, sha1: createHash('sha1').update(lua).digest('hex') } };
  const visit = await open();
  const client = createNodeScriptClient(store.direct, unguarded);
  const edge = await createEdgeFixture({ nowMs: visit.edge.clock.nowMs(), store: () => client });
  await told(await join({ edge }, KEY));
  await visit.elapse(3);
  await told(await join({ edge }, KEY));
  expect(await counter()).toBe('2');
});
