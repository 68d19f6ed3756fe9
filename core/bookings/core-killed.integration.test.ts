import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCommitProxy } from '../commit-proxy.fixture.ts';
import { prepareCoreProcesses, type CoreProcesses } from '../core-process.fixture.ts';
import { BUYER, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';

describe('core, killed between the commit and the answer', () => {
  let world: CoreWorld;
  let processes: CoreProcesses;

  beforeAll(async () => {
    world = await startCoreWorld();
    processes = await prepareCoreProcesses(world);
  });
  afterAll(async () => {
    await processes.stop();
    await world.close();
  });

  it('gives the booking to whoever comes again with the same key, once', async () => {
    const held = await world.holdSeats(['s1']);
    let kill = () => {};
    const proxy = await openCommitProxy(world.deps.config.databaseUrl, () => kill());
    const { url: core, child } = await processes.start({ databaseUrl: proxy.url });
    kill = () => void child.kill('SIGKILL');
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'same' },
      body: JSON.stringify({ receipt: held.receipt, buyer: BUYER }),
    };
    await expect(fetch(`${core}/v1/bookings`, request)).rejects.toThrow('fetch failed');
    expect(proxy.cuts()).toBe(1);
    await proxy.close();

    const { url: second } = await processes.start();
    const again = await fetch(`${second}/v1/bookings`, request);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const { bookingId, accessToken } = (await again.json()) as { bookingId: string; accessToken: string };
    const booking = await fetch(`${second}/v1/bookings/${bookingId}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(await booking.json()).toMatchObject({ status: 'pending_payment', items: [{ seatId: 's1' }] });
    expect(await world.sql`SELECT 1 FROM bookings`).toHaveLength(1);
  });
});
