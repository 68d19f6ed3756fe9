import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEdgeFixture, problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, START } from '../edge-visit.fixture.ts';

describe.each(STORE_PORTS)('joins of one client over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(async () => {
    await store.redis.flush();
    await store.setNow(START);
    for (const room of ['demo', 'other']) {
      await store.putRoom(room, { joinsPerClientPerMinute: 2 });
      await store.tick(room);
    }
  });

  /** Joins from an address, as the runtime vouches for it; what a header claims is somebody's word. */
  const joinFrom = async (address: string, room = 'demo', headers: Record<string, string> = {}) => {
    const over = { clientAddress: () => address };
    const edge = await createEdgeFixture({ nowMs: START, store: store.client, over });
    return edge.ask(api.replace('demo', room) + '/tickets', { method: 'POST', headers });
  };
  const statuses = async (addresses: string[]) => {
    const found: number[] = [];
    for (const address of addresses) found.push((await joinFrom(address)).status);
    return found;
  };

  it('are counted by the /64 of an IPv6 address, and neighbours have their own', async () => {
    const network = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '2001:DB8:0000:0001::3', '2001:db8:0:2::1'];
    expect(await statuses(network)).toEqual([201, 201, 429, 201]);
  });

  it('are counted by an IPv4 address, also inside IPv6', async () => {
    expect(await statuses(['203.0.113.9', '::ffff:203.0.113.9', '203.0.113.9', '203.0.113.10'])).toEqual([
      201, 201, 429, 201,
    ]);
  });

  it('are counted in each room, whatever address a header claims; a refused one moves no counter', async () => {
    expect(await statuses(['203.0.113.9', '203.0.113.9'])).toEqual([201, 201]);
    const refused = await joinFrom('203.0.113.9', 'demo', {
      'x-forwarded-for': '198.51.100.1',
      forwarded: 'for=1.1.1.1',
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(await store.direct.hget('{r:demo}:state', 'counter:general')).toBe('2');
    expect((await joinFrom('203.0.113.9', 'other')).status).toBe(201);
  });
});
