import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, openRoom, type RoomVisit } from '../edge-visit.fixture.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Challenge = { algorithm: string; challenge: string; maxnumber: number; salt: string; signature: string };

describe.each(STORE_PORTS)('the proof of work over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  const ask = async (visit: RoomVisit) => (await (await visit.send('GET', `${api}/challenge`)).json()) as Challenge;
  /** Tries numbers as the page does, but on the spot: Web Crypto takes a turn of the loop for each. */
  const solve = (challenge: Challenge, over: object = {}): string => {
    const { algorithm, challenge: hash, salt, signature, maxnumber } = challenge;
    let number = 0;
    while (number <= maxnumber && sha256(salt + number) !== hash) number += 1;
    return btoa(JSON.stringify({ algorithm, challenge: hash, number, salt, signature, ...over }));
  };
  const join = (visit: RoomVisit, challenge?: string, room = 'demo') =>
    visit.edge.ask(`/api/rooms/${room}/tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(challenge === undefined ? {} : { challenge }),
    });

  it('lets in who solved one, and each solution once only', async () => {
    const visit = await openRoom(store, { challenge: 'altcha' });
    const solved = solve(await ask(visit));
    const first = await join(visit, solved);
    expect(first.status).toBe(201);
    const { ticket } = (await first.json()) as { ticket: string };
    expect(await problemOf(await join(visit, solved))).toMatchObject({ status: 403, code: 'challenge_failed' });
    const back = await visit.send('POST', `${api}/tickets`, { authorization: `Bearer ${ticket}` });
    expect(back.status).toBe(200);
    // Two at once with one solution: one of them.
    const shared = solve(await ask(visit));
    const statuses = await Promise.all(
      [join(visit, shared), join(visit, shared)].map(async (answer) => (await answer).status),
    );
    expect(new Set(statuses)).toEqual(new Set([201, 403]));
  });

  it('refuses none, wrong, foreign, stretched and expired ones; the line has nobody more', async () => {
    const visit = await openRoom(store, { challenge: 'altcha' });
    await store.putRoom('other', { challenge: 'altcha' });
    await store.tick('other');
    expect(await problemOf(await join(visit))).toMatchObject({ status: 403, code: 'challenge_required' });
    const challenge = await ask(visit);
    const longer = { salt: challenge.salt.replace(/expires=\d+/, 'expires=9999999999') };
    const wrong = ['garbage', btoa('{}'), solve(challenge, { number: 1 }), solve(challenge, longer)];
    wrong.push(solve(challenge, { signature: '0'.repeat(64) }));
    for (const solved of wrong)
      expect(await problemOf(await join(visit, solved))).toMatchObject({ status: 403, code: 'challenge_failed' });
    const elsewhere = solve(challenge);
    expect(await problemOf(await join(visit, elsewhere, 'other'))).toMatchObject({
      status: 403,
      code: 'challenge_failed',
    });
    visit.edge.clock.advance(5 * 60_000 + 1000);
    expect(await problemOf(await join(visit, elsewhere))).toMatchObject({ status: 403, code: 'challenge_failed' });
    expect(await store.direct.hget('{r:demo}:state', 'counter:general')).toBe('0');
  });

  it('is asked for nowhere else', async () => {
    const visit = await openRoom(store);
    expect(await problemOf(await visit.send('GET', `${api}/challenge`))).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    expect((await join(visit)).status).toBe(201);
  });
});
