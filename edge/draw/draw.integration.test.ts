import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawCommitment, drawScore } from '../../contracts/draw.ts';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom, START, type RoomVisit } from '../edge-visit.fixture.ts';

const SEED = 'the seed that nobody may see early';

describe.each(STORE_PORTS)('the draw over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  const inLobby = () => openRoom(store, { opensAt: new Date(START + 60_000), drawSeed: SEED });
  const check = (visit: RoomVisit, body: object) =>
    visit.edge.ask(`${api}/draw/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('is promised in the lobby, and its seed is nowhere to be had before the opening', async () => {
    const visit = await inLobby();
    const joined = await visit.join();
    const html = { accept: 'text/html', cookie: joined.cookie };
    const commitment = await drawCommitment(SEED);
    const answers = await Promise.all([
      visit.send('GET', `${api}/draw`),
      visit.send('GET', `${api}/board`),
      visit.send('GET', `${api}/tickets/me`, bearer(joined.ticket)),
      visit.send('POST', `${api}/tickets`, bearer(joined.ticket)),
      visit.send('POST', `${api}/passes`, bearer(joined.ticket)),
      visit.send('POST', `${api}/feed-tokens`, bearer(joined.ticket)),
      visit.send('GET', '/rooms/demo', html),
      visit.send('GET', '/rooms/demo', { cookie: joined.cookie }),
      check(visit, { ticket: joined.ticket }),
      check(visit, { ticket: joined.place['ticketId'] }),
    ]);
    const score = String(await drawScore(SEED, String(joined.place['ticketId']), 0));
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(300);
      const said = JSON.stringify([...answer.headers]) + (await answer.text());
      const decoded = said.replaceAll(/ey[\w-]+\.([\w-]+)\.[\w-]+/g, (_all, part: string) =>
        atob(part.replaceAll('-', '+').replaceAll('_', '/')),
      );
      expect(decoded).not.toContain(SEED);
      expect(decoded).not.toContain(score.slice(2));
    }
    expect(await (await visit.send('GET', `${api}/draw`)).json()).toMatchObject({ room: 'demo', commitment });
    expect(await (await check(visit, { ticket: joined.ticket })).json()).toMatchObject({
      draw: null,
      score: null,
      seedFits: null,
    });
    // One tick before the opening still nothing, at the opening all of it.
    await visit.elapse(51);
    expect(await (await visit.send('GET', `${api}/draw`)).json()).not.toHaveProperty('seed');
    await visit.elapse(1);
    expect(await (await visit.send('GET', `${api}/draw`)).json()).toMatchObject({ commitment, seed: SEED });
  });

  it('can be computed again by anyone after the opening, and fits the place that was given', async () => {
    const visit = await inLobby();
    const joined = await visit.join();
    await visit.elapse(53);
    const place = await visit.look(joined.ticket);
    const byToken = (await (await check(visit, { ticket: joined.ticket })).json()) as { score: string };
    expect(byToken).toMatchObject({ inDraw: true, seedFits: true, ticketId: place['ticketId'] });
    expect(Number(byToken.score)).toBe(Number(place['score']));
    expect(await (await check(visit, { ticket: place['ticketId'], lane: 'general' })).json()).toEqual(byToken);
    const late = await visit.join();
    expect(await (await check(visit, { ticket: late.ticket })).json()).toMatchObject({
      inDraw: false,
      draw: null,
      score: late.place['score'],
    });
  });

  it('refuses what is no ticket of this room', async () => {
    const visit = await inLobby();
    expect(await problemOf(await check(visit, { ticket: 'x' }))).toMatchObject({ status: 401, code: 'ticket_invalid' });
    const other = await visit.edge.ticket('other');
    expect(await problemOf(await check(visit, { ticket: other }))).toMatchObject({
      status: 403,
      code: 'ticket_wrong_room',
    });
    const lane = { ticket: 'A'.repeat(22), lane: 'nowhere' };
    expect(await problemOf(await check(visit, lane))).toMatchObject({ status: 422, code: 'lane_unknown' });
    expect(await problemOf(await check(visit, {}))).toMatchObject({ status: 422, code: 'invalid_request' });
  });
});
