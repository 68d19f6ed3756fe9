import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawCommitment, drawScore, roundSeed } from '../../contracts/draw.ts';
import { roundEndMs, roundMinuteAt } from '../../contracts/rounds.ts';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom, START, type RoomVisit } from '../edge-visit.fixture.ts';

const SECRET = 'the secret that nobody may ever see';
const MINUTE = roundMinuteAt(START);
const END = roundEndMs(MINUTE);

describe.each(STORE_PORTS)('a room that draws, over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  const inRound = () => openRoom(store, { queueingMethod: 'random', roundSecret: SECRET });
  const check = (visit: RoomVisit, body: object) =>
    visit.edge.ask(`${api}/draw/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const json = async (answer: Response): Promise<Record<string, unknown>> => {
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null ? { ...body } : {};
  };
  /** Moves both clocks to just this moment, without a tick. */
  const moveTo = async (visit: RoomVisit, ms: number) => {
    visit.edge.clock.advance(ms - visit.edge.clock.nowMs());
    await store.setNow(ms);
  };

  it('gives a ticket with the round alone, and lets nobody learn their score before it is over', async () => {
    const visit = await inRound();
    const { ticket, cookie, place } = await visit.join();
    expect(decodeJwt(ticket)).toMatchObject({ round: { minute: MINUTE, base: 1 } });
    expect(decodeJwt(ticket)).not.toHaveProperty('score');
    expect(place).toMatchObject({ state: 'waiting', position: null, ahead: null, estimatedWaitMs: null });
    const seed = await roundSeed(SECRET, 'demo', MINUTE);
    const score = String(await drawScore(seed, String(place['ticketId']), 1));
    await visit.elapse(51);
    const html = { accept: 'text/html', cookie };
    const answers = await Promise.all([
      visit.send('GET', `${api}/draw`),
      visit.send('GET', `${api}/board`),
      visit.send('GET', `${api}/tickets/me`, bearer(ticket)),
      visit.send('POST', `${api}/tickets`, bearer(ticket)),
      visit.send('POST', `${api}/passes`, bearer(ticket)),
      visit.send('POST', `${api}/feed-tokens`, bearer(ticket)),
      visit.send('GET', '/rooms/demo', html),
      visit.send('GET', '/rooms/demo', { cookie }),
      check(visit, { ticket }),
      check(visit, { ticket: place['ticketId'], round: { minute: MINUTE, base: 1 } }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(300);
      const said = JSON.stringify([...answer.headers]) + (await answer.text());
      const decoded = said.replaceAll(/ey[\w-]+\.([\w-]+)\.[\w-]+/g, (_all, part: string) =>
        atob(part.replaceAll('-', '+').replaceAll('_', '/')),
      );
      for (const secret of [SECRET, seed, score.slice(2, 12)]) expect(decoded).not.toContain(secret);
    }
  });

  it('tells the place from the end of the round on, not one millisecond earlier', async () => {
    const visit = await inRound();
    const { ticket, place } = await visit.join();
    expect(Number(place['pollAfterMs'])).toBeGreaterThan(END - visit.edge.clock.nowMs());
    expect(Number(place['pollAfterMs'])).toBeLessThanOrEqual(END - visit.edge.clock.nowMs() + 2000);
    await moveTo(visit, END - 1);
    expect(await visit.look(ticket)).toMatchObject({ position: null });
    await moveTo(visit, END);
    const seed = await roundSeed(SECRET, 'demo', MINUTE);
    const told = await visit.look(ticket);
    expect(told).toMatchObject({ state: 'waiting', position: 1, ahead: 0 });
    expect(Number(told['score'])).toBe(await drawScore(seed, String(place['ticketId']), 1));
  });

  it('promises each minute’s seed before it, and lets anyone compute the draw again afterwards', async () => {
    const visit = await inRound();
    const { ticket, place } = await visit.join();
    await visit.elapse(1);
    const promised = await json(await check(visit, { ticket }));
    expect(promised).toMatchObject({ round: { minute: MINUTE, base: 1 }, inDraw: true, draw: null, score: null });
    const { rounds } = await json(await visit.send('GET', `${api}/draw`));
    expect(rounds).toContainEqual({ minute: MINUTE, commitment: promised['commitment'] });
    expect(rounds).toContainEqual({ minute: MINUTE + 1, commitment: expect.any(String) });
    await visit.elapse(51);
    const done = await json(await check(visit, { ticket }));
    expect(done).toMatchObject({ commitment: promised['commitment'], seedFits: true, base: '1' });
    expect(await drawCommitment(String(done['seed']))).toBe(promised['commitment']);
    expect(Number(done['score'])).toBe(Number((await visit.look(ticket))['score']));
    const byId = { ticket: place['ticketId'], round: { minute: MINUTE, base: 1 } };
    expect(await json(await check(visit, byId))).toEqual(done);
    // Long after, when the board has forgotten it.
    await visit.elapse(5 * 60);
    expect(await json(await check(visit, { ticket }))).toMatchObject({ seed: done['seed'], score: done['score'] });
  });

  it('lets a visitor in: by the feed token with the score, the call and the answer', async () => {
    const visit = await inRound();
    const { ticket } = await visit.join();
    const helloOf = async () =>
      decodeJwt(String((await json(await visit.send('POST', `${api}/feed-tokens`, bearer(ticket))))['token']));
    expect(await helloOf()).not.toHaveProperty('score');
    await visit.elapse(53);
    const { score } = await visit.look(ticket);
    expect(Number((await helloOf())['score'])).toBe(Number(score));
    await visit.elapse(7);
    await visit.admit(ticket);
    expect((await visit.send('POST', `${api}/passes`, bearer(ticket))).status).toBe(201);
  });

  it('draws by the minute of Redis, although the edge’s clock is some of it away, and takes nobody when it is further', async () => {
    const visit = await inRound();
    for (const ahead of [-40_000, 40_000]) {
      visit.edge.clock.advance(ahead);
      expect(decodeJwt((await visit.join()).ticket)).toMatchObject({ round: { minute: MINUTE } });
      visit.edge.clock.advance(-ahead);
    }
    visit.edge.clock.advance(3 * 60_000);
    const refused = await problemOf(await visit.send('POST', `${api}/tickets`));
    expect(refused).toMatchObject({ status: 503, code: 'room_recovering' });
  });
});
