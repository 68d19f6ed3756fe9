import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../local-stack/test-stack.ts';
import { startTcpProxy, type TcpProxy } from '../tests/support/tcp-proxy.ts';
import { connectDatabase, type Sql } from './connect.ts';
import { isLostConnection } from './failure.ts';
import { inOneTrip } from './one-trip.ts';
import { reserveConnection } from './reserve.ts';

/** As a process asks for connections of a pool of two while its server is away, and comes back. */
describe('a connection for one caller', () => {
  let postgres: TestPostgres;
  let proxy: TcpProxy;
  let sql: Sql;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    proxy = await startTcpProxy((await postgres.createEmptyDatabase()).url);
  });
  beforeEach(() => {
    sql = connectDatabase(proxy.url, { max: 2 });
    return () => sql.end({ timeout: 0 });
  });
  afterAll(async () => {
    await proxy.stop();
    await postgres.stop();
  });

  const trip = () => inOneTrip(sql, (tx) => ({ locks: [], work: tx<{ n: number }[]>`SELECT 1 AS n` }));

  /** What became of six who asked while nobody was there, `ms` after the server came back. */
  async function askedInAnOutage(reserve: () => Promise<{ release(): void }>, ms: number): Promise<string[]> {
    await proxy.refuse();
    const became = Array.from({ length: 6 }, () => 'waits');
    for (const at of became.keys())
      reserve().then(
        (reserved) => {
          became[at] = 'had';
          reserved.release();
        },
        () => (became[at] = 'refused'),
      );
    await sleep(300);
    await proxy.listen();
    await sleep(ms);
    return became;
  }

  it('is had or refused in time by all who ask in an outage, and the pool is whole again after it', async () => {
    expect(await askedInAnOutage(() => reserveConnection(sql), 2200)).not.toContain('waits');
    for (let round = 0; round < 5; round += 1) expect(await Promise.all([trip(), trip()])).toHaveLength(2);
    const [one, two] = await Promise.all([reserveConnection(sql), reserveConnection(sql)]);
    one.release();
    two.release();
  });

  it('is had at once after one was lost in mid-work', async () => {
    const single = connectDatabase(proxy.url, { max: 1 });
    const on = () => inOneTrip(single, (tx) => ({ locks: [], work: tx`SELECT pg_sleep(0.2)` }));
    for (let round = 0; round < 2; round += 1) {
      const cut = on();
      cut.catch(() => {});
      await sleep(100);
      await proxy.refuse();
      await expect(cut).rejects.toSatisfy(isLostConnection);
      await proxy.listen();
      expect(await on()).toHaveLength(1);
    }
    await single.end({ timeout: 0 });
  });

  it('that comes too late goes back to the pool', async () => {
    const single = connectDatabase(proxy.url, { max: 1 });
    const held = await reserveConnection(single);
    await expect(reserveConnection(single, 100)).rejects.toThrow('in time');
    held.release();
    (await reserveConnection(single)).release();
    await single.end({ timeout: 0 });
  });

  it('is never had by some when it is left to the driver: the control', async () => {
    expect(await askedInAnOutage(() => sql.reserve(), 2200)).toContain('waits');
  });

  it('is had again by those who lost theirs in mid-work, outage after outage', async () => {
    const done = [0, 0];
    let isOver = false;
    const work = async (who: number) => {
      while (!isOver)
        await trip().then(
          () => (done[who] = (done[who] ?? 0) + 1),
          () => sleep(20),
        );
    };
    const workers = [work(0), work(1)];
    for (const downMs of [100, 250, 400]) {
      await sleep(200);
      await proxy.refuse();
      await sleep(downMs);
      await proxy.listen();
      const before = [...done];
      await expect.poll(() => done.every((count, who) => count > (before[who] ?? 0)), { timeout: 6000 }).toBe(true);
    }
    isOver = true;
    await Promise.all(workers);
  });
});
