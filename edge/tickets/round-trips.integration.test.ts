import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom } from '../edge-visit.fixture.ts';

describe.each(STORE_PORTS)('over %s, one command of the store', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  /** Commands of the store that a call takes once the isolate knows the room. */
  const commandsOf = async (call: (ticket: string) => [method: string, path: string]) => {
    const visit = await openRoom(store);
    const { ticket } = await visit.join();
    const before = visit.edge.storeCalls();
    const answer = await visit.send(...call(ticket), bearer(ticket));
    return { visit, ticket, answer, commands: visit.edge.storeCalls() - before };
  };

  it('is an exact look, and it is counted: the 31st of a minute is refused by one, too', async () => {
    const { visit, ticket, answer, commands } = await commandsOf(() => ['GET', `${api}/tickets/me`]);
    expect([answer.status, commands]).toEqual([200, 1]);
    for (let look = 2; look <= 30; look += 1)
      expect((await visit.send('GET', `${api}/tickets/me`, bearer(ticket))).status, `look ${look}`).toBe(200);
    const before = visit.edge.storeCalls();
    const refused = await visit.send('GET', `${api}/tickets/me`, bearer(ticket));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(visit.edge.storeCalls() - before).toBe(1);
  });

  it('is a join with a known ticket', async () => {
    const { answer, commands } = await commandsOf(() => ['POST', `${api}/tickets`]);
    expect([answer.status, commands]).toEqual([200, 1]);
  });

  it('is a new join', async () => {
    const visit = await openRoom(store);
    await visit.join();
    const before = visit.edge.storeCalls();
    expect((await visit.send('POST', `${api}/tickets`)).status).toBe(201);
    expect(visit.edge.storeCalls() - before).toBe(1);
  });
});
