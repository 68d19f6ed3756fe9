import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { newId } from '../../platform/id.ts';
import { draft } from '../bookings/draft.fixture.ts';
import { createCommits } from '../commits/commits.ts';
import { createOwnWork } from '../commits/own-work.ts';
import { openCoreWorld, ROOM, SHOW, type CoreWorld } from '../core-world.fixture.ts';
import { inventoryKeys } from '../../redis/keys.ts';
import { startJobs, type Jobs } from './jobs.ts';
import { runInventoryOutbox, runOwnInventory } from './run-outbox.ts';

describe('the background work of core', () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let world: CoreWorld;

  const paid = async (seat: string, wake: (queue: 'inbox') => void): Promise<string> => {
    const booked = await world.book(await world.holdSeats([seat]));
    const { paymentId } = booked.body['payment'] as { paymentId: string };
    await world.tell('payment.succeeded', { paymentId, captureId: newId(), amountMinor: 5000, currency: 'EUR' });
    wake('inbox');
    return String(booked.body['bookingId']);
  };
  const isDone = (bookingId: string) =>
    vi.waitFor(
      async () => {
        expect(await world.sql`SELECT status FROM bookings WHERE id = ${bookingId}`).toMatchObject([
          { status: 'confirmed' },
        ]);
        expect(await world.sql`SELECT 1 FROM outbox WHERE booking_id = ${bookingId} AND done_at IS NULL`).toHaveLength(
          0,
        );
      },
      { timeout: 8000, interval: 25 },
    );
  const start = (redisUrl: string): Jobs => startJobs({ ...world.deps, redisUrl });

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
    world = await openCoreWorld(postgres, redis);
  });
  afterAll(async () => {
    await world.close();
    await Promise.all([redis.stop(), postgres.stop()]);
  });

  it('is shared by two processes, and each row is worked on once', async () => {
    const both = [start(redis.url), start(redis.url)] as const;
    try {
      const ids = await Promise.all(
        ['s1', 's2', 's3', 's4'].map((seat, i) => paid(seat, (queue) => both[i % 2 === 0 ? 0 : 1].wake(queue))),
      );
      for (const id of ids) await isDone(id);
      expect(await world.sql`SELECT attempts FROM webhook_inbox WHERE attempts <> 1`).toHaveLength(0);
      expect(await world.sql`SELECT attempts FROM outbox WHERE attempts <> 1`).toHaveLength(0);
    } finally {
      await Promise.all(both.map((jobs) => jobs.stop()));
    }
  });

  it('goes on by sweeping alone when the wakes have no Redis', async () => {
    const jobs = start('redis://127.0.0.1:1');
    try {
      await isDone(await paid('s10', (queue) => jobs.wake(queue)));
    } finally {
      await jobs.stop();
    }
  });

  it('brings many bookings into Redis in one turn, and puts off only the one that can’t be', async () => {
    const seats = Array.from({ length: 20 }, (_, i) => `s${i + 30}`);
    const booked = await Promise.all(seats.map(async (seat) => world.book(await world.holdSeats([seat]))));
    const [poison = '', ...others] = booked.map(({ body }) => String(body['bookingId']));
    await world.sql`UPDATE booking_items SET seat_id = 'nowhere' WHERE booking_id = ${poison}`;
    expect(await runInventoryOutbox(world.deps)).toBe(20);
    const rows = (ids: string[]) => world.sql`SELECT last_error, due_at > now() AS later FROM outbox
      WHERE booking_id = ANY (${ids}) AND done_at IS NULL AND dead_at IS NULL`;
    expect(await rows(others)).toHaveLength(0);
    expect(await rows([poison])).toMatchObject([{ last_error: expect.stringContaining('nowhere'), later: true }]);
  });

  it('leaves a batch to the process that wrote it, and takes it over when that has died with it', async () => {
    const ownWork = createOwnWork();
    const { sql } = world;
    const commits = createCommits({ bookings: sql, events: sql, jobs: sql }, ownWork);
    const wanted = draft(['s55']);
    await commits.bookings.commit(wanted);
    expect(await runInventoryOutbox(world.deps)).toBe(0);
    const leftOf = () => sql`SELECT 1 FROM own_work WHERE bookings = ARRAY[${wanted.row.id}]::uuid[]`;
    expect(await leftOf()).toHaveLength(1);
    await sql`UPDATE own_work SET due_at = now()`;
    expect(await runInventoryOutbox(world.deps)).toBe(1);
    expect([...(await leftOf()), ...(await sql`SELECT 1 FROM outbox WHERE booking_id = ${wanted.row.id}`)]).toEqual([]);

    const jobs = startJobs({ ...world.deps, redisUrl: redis.url, commits, ownWork });
    try {
      const other = draft(['s56']);
      await commits.bookings.commit(other);
      const capture = { paymentId: other.row.payment.id, captureId: newId(), amountMinor: 5000, currency: 'EUR' };
      expect(await commits.confirmations.confirm(capture)).toBe(true);
      await isDone(other.row.id);
      await vi.waitFor(async () => expect(await sql`SELECT 1 FROM own_work`).toHaveLength(0), { timeout: 8000 });
      expect(await sql`SELECT 1 FROM outbox WHERE booking_id = ${other.row.id}`).toHaveLength(0);
      const seat = (await world.deps.catalogue.performance(SHOW))?.seats.find('s56')?.index;
      expect(await world.deps.redis.hget(inventoryKeys(ROOM, SHOW).claims, String(seat))).toBe(`b${other.row.id}`);
    } finally {
      await jobs.stop();
    }
  });

  it('leaves a batch that it could not tell whole to the outbox, where only what is wrong with it is put off', async () => {
    const ownWork = createOwnWork();
    const { sql } = world;
    const commits = createCommits({ bookings: sql, events: sql, jobs: sql }, ownWork);
    const [good, poison] = [draft(['s58']), draft(['s59'])];
    await Promise.all([commits.bookings.commit(good), commits.bookings.commit(poison)]);
    expect(await sql`SELECT 1 FROM own_work`, 'one row for both').toHaveLength(1);
    await sql`UPDATE booking_items SET seat_id = 'nowhere' WHERE booking_id = ${poison.row.id}`;
    const broken = { ...world.deps, scripts: { ...world.deps.scripts, run: () => Promise.reject(new Error('away')) } };
    expect(await runOwnInventory(broken, ownWork)).toBe(2);
    expect(await sql`SELECT 1 FROM own_work`, 'not told, so it stays').toHaveLength(1);
    expect(await runOwnInventory(world.deps, ownWork), 'and is nobody’s own any more').toBe(0);
    expect(await runInventoryOutbox(world.deps), 'nor anybody’s until its lease is over').toBe(0);
    await sql`UPDATE own_work SET due_at = now()`;
    expect(await runInventoryOutbox(world.deps)).toBe(2);
    expect(await sql`SELECT 1 FROM own_work`).toHaveLength(0);
    expect(
      await sql`SELECT booking_id AS id, last_error AS error FROM outbox WHERE booking_id IN ${sql([good.row.id, poison.row.id])}`,
    ).toMatchObject([{ id: poison.row.id, error: expect.stringContaining('nowhere') }]);
    const seat = (await world.deps.catalogue.performance(SHOW))?.seats.find('s58')?.index;
    expect(await world.deps.redis.hget(inventoryKeys(ROOM, SHOW).claims, String(seat))).toBe(`b${good.row.id}`);
  });

  it('takes up rows that a process took and died with, once their lease is over', async () => {
    const booked = await world.book(await world.holdSeats(['s20']));
    const id = String(booked.body['bookingId']);
    await world.sql`UPDATE outbox SET attempts = 1, due_at = now() + interval '30 seconds' WHERE booking_id = ${id}`;
    await world.drain();
    expect(await world.sql`SELECT 1 FROM outbox WHERE booking_id = ${id} AND done_at IS NULL`).toHaveLength(1);
    await world.sql`UPDATE outbox SET due_at = now() WHERE booking_id = ${id}`;
    await world.drain();
    expect(await world.sql`SELECT 1 FROM outbox WHERE booking_id = ${id}`).toHaveLength(0);
  });
});
