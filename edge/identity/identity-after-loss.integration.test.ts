import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessKey } from '../../redis/keys.ts';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom, type RoomVisit } from '../edge-visit.fixture.ts';
import { openShop, type TestShop } from './shop.fixture.ts';

type Held = { ticket: string; ticketId: string };
let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});

describe.each(STORE_PORTS)('two tickets of one identity that meet after Redis was lost, over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  const settings = (opensAt: Date | null = null) => ({ requireIdentity: true, identityKeys: [shop.key], opensAt });
  const joinAs = async (visit: RoomVisit) =>
    visit.edge.ask(`${api}/tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ identity: await shop.sign('anna', { nowMs: visit.edge.clock.nowMs() }) }),
    });
  const held = async (answer: Response): Promise<Held> => {
    expect(answer.status).toBe(201);
    return (await answer.json()) as Held;
  };
  /** Redis forgets everything and is restored as the worker does it: numbers go on in a new block. */
  const lose = async (visit: RoomVisit, opensAt: Date | null = null) => {
    await store.redis.flush();
    await store.setNow(visit.edge.clock.nowMs());
    await store.putRoom('demo', settings(opensAt));
    await store.direct.hset('{r:demo}:state', 'counter:general', '1000');
    await store.tick('demo');
  };
  const comeBack = async (visit: RoomVisit, { ticket }: Held) =>
    (await (await visit.send('POST', `${api}/tickets`, bearer(ticket))).json()) as { state?: string; code?: string };
  const ask = (visit: RoomVisit, { ticket }: Held) => visit.send('POST', `${api}/passes`, bearer(ticket));
  /** As if the tick had let it in: a key to claim, or a session. */
  const letIn = async (visit: RoomVisit, { ticketId }: Held, kind: 'session' | 'key 0') => {
    const untilMs = visit.edge.clock.nowMs() + 60_000;
    await store.direct.set(accessKey('demo', ticketId), `${untilMs} ${kind}`);
    await store.direct.zadd('{r:demo}:live', untilMs, ticketId);
  };
  /** One ticket from before the loss, one that the same person got after it. */
  const twoTickets = async () => {
    const visit = await openRoom(store, settings());
    const first = await held(await joinAs(visit));
    await lose(visit);
    await visit.elapse(1);
    return { visit, first, second: await held(await joinAs(visit)) };
  };
  const expectSpent = async (visit: RoomVisit, ticket: Held) => {
    expect(await problemOf(await ask(visit, ticket))).toMatchObject({ status: 410, code: 'ticket_spent' });
    expect(await store.direct.zscore('{r:demo}:waiting:general', ticket.ticketId)).toBeNull();
    expect(await store.direct.lrange('{r:demo}:facts', 0, -1)).toContainEqual(
      expect.stringMatching(new RegExp(`^left ${ticket.ticketId} `)),
    );
  };

  it('a ticket brings its identity back, and then a second join finds it taken', async () => {
    const visit = await openRoom(store, settings());
    const first = await held(await joinAs(visit));
    await lose(visit);
    expect(await comeBack(visit, first)).toMatchObject({ state: 'waiting' });
    expect(await problemOf(await joinAs(visit))).toMatchObject({ status: 409, code: 'identity_in_line' });
  });

  it('the one given first keeps its place, the other is spent and a new join is refused', async () => {
    const { visit, first, second } = await twoTickets();
    expect(await comeBack(visit, first)).toMatchObject({ state: 'waiting', ticketId: first.ticketId });
    expect(await comeBack(visit, second)).toMatchObject({ code: 'identity_required' });
    await expectSpent(visit, second);
    expect(await problemOf(await joinAs(visit))).toMatchObject({ status: 409, code: 'identity_in_line' });
    expect(await comeBack(visit, first)).toMatchObject({ state: 'waiting' });
  });

  it('the later one has the place as long as the first does not come', async () => {
    const { visit, second } = await twoTickets();
    await visit.admit(second.ticket);
    expect((await ask(visit, second)).status).toBe(201);
  });

  it('a key to claim goes before who waits', async () => {
    const { visit, first, second } = await twoTickets();
    await letIn(visit, second, 'key 0');
    await expectSpent(visit, first);
    expect((await ask(visit, second)).status).toBe(201);
  });

  it('a key that is claimed too late finds the place of the first', async () => {
    const { visit, first, second } = await twoTickets();
    await comeBack(visit, first);
    await letIn(visit, first, 'key 0');
    await letIn(visit, second, 'key 0');
    await expectSpent(visit, second);
    expect(await store.direct.get(accessKey('demo', second.ticketId))).toBeNull();
    expect((await ask(visit, first)).status).toBe(201);
  });

  it('a session is never cut: it outlasts the other ticket, also another session', async () => {
    const { visit, first, second } = await twoTickets();
    await letIn(visit, first, 'session');
    expect((await ask(visit, first)).status).toBe(201);
    await letIn(visit, second, 'session');
    expect((await ask(visit, second)).status).toBe(201);
    expect((await ask(visit, first)).status).toBe(201);
  });

  it('a session that began after the loss ends the wait of the first', async () => {
    const { visit, first, second } = await twoTickets();
    await letIn(visit, second, 'session');
    await expectSpent(visit, first);
    expect((await ask(visit, second)).status).toBe(201);
  });

  it('in a lobby nobody draws twice: the first ticket stays whatever the lot', async () => {
    for (let round = 0; round < 6; round += 1) {
      await store.redis.flush();
      const opensAt = new Date(1_800_000_000_000 + 3_600_000);
      const visit = await openRoom(store, settings(opensAt));
      const first = await held(await joinAs(visit));
      await lose(visit, opensAt);
      await visit.elapse(1);
      const second = await held(await joinAs(visit));
      expect(await comeBack(visit, first)).toMatchObject({ state: 'lobby' });
      expect(await comeBack(visit, second)).toMatchObject({ code: 'identity_required' });
    }
  });
});
