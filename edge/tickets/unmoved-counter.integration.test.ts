import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { roomKeys } from '../../redis/keys.ts';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom, type RoomVisit } from '../edge-visit.fixture.ts';

describe.each(STORE_PORTS)('the counter of a lane over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  const counter = async () => Number(await store.direct.hget(roomKeys('demo').state, 'counter:general'));
  const joinWith = (visit: RoomVisit, token: string) => visit.send('POST', `${api}/tickets`, bearer(token));

  /** Front, edge and callers share this process and its seconds: few at a time there, and who is told 503 asks again, as pages do. */
  const insist = async (visit: RoomVisit, token: string): Promise<Response> => {
    const answer = await joinWith(visit, token);
    return answer.status === 503 ? insist(visit, token) : answer;
  };

  it('moves by one for one newcomer, and by nothing for 100 joins with the ticket they got', async () => {
    const visit = await openRoom(store);
    const before = await counter();
    const { ticket, place } = await visit.join();
    expect(await counter()).toBe(before + 1);
    const again: Response[] = [];
    const atOnce = port === 'rest' ? 4 : 100;
    while (again.length < 100)
      again.push(...(await Promise.all(Array.from({ length: atOnce }, () => insist(visit, ticket)))));
    const places = await Promise.all(again.map((answer) => answer.json()));
    expect(new Set(again.map((answer) => answer.status))).toEqual(new Set([200]));
    for (const one of places) expect(one).toMatchObject({ ticketId: place['ticketId'], score: place['score'] });
    expect(await counter()).toBe(before + 1);
    await visit.join();
    expect(await counter(), 'a newcomer without a ticket moves it').toBe(before + 2);
  });

  it('moves by nothing for garbage: forged, malformed, expired, of another room or of another kind', async () => {
    const visit = await openRoom(store);
    const { ticket } = await visit.join();
    const { edge } = visit;
    const [head = '', claims = ''] = ticket.split('.');
    const forged = `${head}.${claims}.${'A'.repeat(43)}`;
    const unsigned = `${btoa('{"alg":"none","typ":"queue-ticket+jwt"}').replace(/=+$/, '')}.${claims}.`;
    const expired = await edge.ticket('demo', { nowMs: edge.clock.nowMs() - 24 * 3_600_000 });
    const [before, calls] = [await counter(), edge.storeCalls()];
    for (const [token, status, code] of [
      [forged, 401, 'ticket_invalid'],
      [unsigned, 401, 'ticket_invalid'],
      ['rubbish', 401, 'ticket_invalid'],
      [`${ticket}x`, 401, 'ticket_invalid'],
      [await edge.ticket('demo', { ticketId: 'short' }), 401, 'ticket_invalid'],
      [await edge.pass(), 401, 'ticket_invalid'],
      [expired, 401, 'ticket_expired'],
      [await edge.ticket('tatkal'), 403, 'ticket_wrong_room'],
    ] as const)
      expect(await problemOf(await joinWith(visit, token)), token).toMatchObject({ status, code });
    for (const body of ['[]', '"', '{"lane":5}', '{"score":"1"}'])
      expect(await postBody(visit, body), body).toBeGreaterThanOrEqual(400);
    expect(await counter()).toBe(before);
    expect(edge.storeCalls(), 'none of it reached the store').toBe(calls);
  });

  const postBody = async ({ edge }: RoomVisit, body: string) => {
    const headers = { 'content-type': 'application/json', origin: edge.config.origin };
    return (await edge.ask(`${api}/tickets`, { method: 'POST', headers, body })).status;
  };

  it('is no business of a session that ran out: 410 for the old ticket, and joining with it gives a new place', async () => {
    const visit = await openRoom(store);
    const { ticket, place } = await visit.join();
    await visit.elapse(1);
    await visit.admit(ticket);
    expect((await visit.send('POST', `${api}/passes`, bearer(ticket))).status).toBe(201);
    await visit.elapse(1);
    const ends = 600 - 2;
    await store.setNow(visit.edge.clock.nowMs() + ends * 1000);
    visit.edge.clock.advance(ends * 1000);
    expect((await visit.send('POST', `${api}/passes`, bearer(ticket))).status, 'a second before the end').toBe(201);
    await visit.elapse(1);
    const asked = await visit.send('POST', `${api}/passes`, bearer(ticket));
    expect(await problemOf(asked)).toMatchObject({ status: 410, code: 'ticket_spent' });
    const anew = await joinWith(visit, ticket);
    expect(anew.status).toBe(201);
    const next: unknown = await anew.json();
    expect(next).toMatchObject({ ticket: expect.stringMatching(/^ey/), score: '2' });
    expect(next).not.toMatchObject({ ticketId: place['ticketId'] });
  });
});
