import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../platform/id.ts';
import { newTicketId } from '../../platform/random.ts';
import { accessKey } from '../../redis/keys.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import { prepareCoreProcesses, type CoreProcesses } from '../core-process.fixture.ts';
import { runBatch } from '../jobs/run-batch.ts';
import { BUYER, ORIGIN, ROOM, SHOW, startCoreWorld, toSeatItem, type CoreWorld } from '../core-world.fixture.ts';

const HOUR_MS = 3_600_000;
/** Requests under way at a time: many for one seat, few enough for a machine that runs other tests beside. */
const AT_ONCE = 50;
/** Its connections end before core would end them. */
const dispatcher = new Agent({ connections: AT_ONCE / 2, keepAliveTimeout: 500, keepAliveMaxTimeout: 500 });
let world: CoreWorld;
let processes: CoreProcesses;
let cores: string[] = [];
let second: ChildProcess;
beforeAll(async () => {
  world = await startCoreWorld();
  processes = await prepareCoreProcesses(world);
  const started = await Promise.all([processes.start(), processes.start()]);
  cores = started.map(({ url }) => url);
  second = started[1].child;
  // Each asks this process for the edge's keys, which has no time for that in the midst of a crowd it sends itself.
  const passes = await admit(cores.length);
  const first = await Promise.all(
    passes.map((pass, turn) => hold(turn, pass, { zoneId: 'stalls', seats: [`s${50 + turn}`] })),
  );
  if (first.some(({ status }) => status !== 201)) throw new Error(`no way in: ${JSON.stringify(first)}`);
});
afterAll(async () => {
  await dispatcher.destroy();
  await processes.stop();
  await world.close();
});

type Told = { status: number; body: { code?: string; seats?: string[]; receipt?: string; available?: number } };

/** One call to one of the two processes, in turn. */
async function post(turn: number, path: string, body: object, pass?: string): Promise<Told> {
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': newId(),
    ...(pass === undefined ? {} : { authorization: `Bearer ${pass}` }),
  };
  const url = `${cores[turn % cores.length]}${path}`;
  const answer = await request(url, { method: 'POST', headers, body: JSON.stringify(body), dispatcher });
  return { status: answer.statusCode, body: (await answer.body.json()) as Told['body'] };
}

/** Lets so many visitors in; returns their passes. */
async function admit(count: number): Promise<string[]> {
  const nowMs = world.deps.clock.nowMs();
  const tickets = Array.from({ length: count }, () => newTicketId());
  await world.deps.redis.mset(tickets.flatMap((ticketId) => [accessKey(ROOM, ticketId), `${nowMs + HOUR_MS} session`]));
  const session = { issuer: ORIGIN, room: ROOM, lane: 'general', sessionEndsAtMs: nowMs + HOUR_MS, nowMs };
  return Promise.all(tickets.map((ticketId) => signAccessPass(world.deps.keys.signing, { ...session, ticketId })));
}

const hold = (turn: number, pass: string, item: object) =>
  post(turn, '/v1/holds', { performanceId: SHOW, items: [item] }, pass);
const book = (turn: number, receipt: string) => post(turn, '/v1/bookings', { receipt, buyer: BUYER });
/** So many visitors who want the same, a crowd of them under way at any moment; what each was told. */
async function crowd(count: number, item: object): Promise<Told[]> {
  const told: Told[] = [];
  const want = async (pass: string) => void told.push(await hold(told.length, pass, item));
  await runBatch(await admit(count), want, AT_ONCE);
  return told;
}
/** How many were told what. */
const tally = (told: Told[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, body } of told) {
    const name = body.code === undefined ? String(status) : `${status} ${body.code}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

describe('rivals at two processes of core, over HTTP', () => {
  it('are 500 for one seat: one is told 201, 499 which seat is taken, and nobody anything else', async () => {
    const told = await crowd(500, { zoneId: 'stalls', seats: ['s1'] });
    expect(tally(told)).toEqual({ 201: 1, '409 seats_unavailable': 499 });
    for (const { status, body } of told) if (status === 409) expect(body.seats).toEqual(['s1']);
  });

  it('are 1,000 for the last place of a zone: exactly one has it, in the end also in Postgres', async () => {
    await world.holdStanding(4);
    const told = await crowd(1000, { zoneId: 'standing', quantity: 1 });
    expect(tally(told)).toEqual({ 201: 1, '409 zone_sold_out': 999 });
    const receipt = told.find(({ status }) => status === 201)?.body.receipt ?? '';
    const booked = await Promise.all([book(0, receipt), book(1, receipt), book(0, receipt)]);
    expect(tally(booked)).toEqual({ 201: 1, '409 hold_already_booked': 2 });
    expect(await world.sql`SELECT sold FROM zone_legs WHERE zone_id = 'standing'`).toMatchObject([{ sold: 1 }]);
  }, 60_000);

  it('want [A, B] and [B, A]: one has both seats, the other neither, and no deadlock reaches anybody', async () => {
    const deadlocks = () => world.sql`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`;
    const before = await deadlocks();
    for (let first = 10; first < 40; first += 2) {
      const seats = [`s${first}`, `s${first + 1}`];
      // Receipts of which Redis knows nothing: both orders come as far as the stores let them.
      const orders = [seats, seats.toReversed(), seats, seats.toReversed()];
      const receipts = await Promise.all(orders.map((order) => world.forgeHold(order.map(toSeatItem))));
      const told = await Promise.all(receipts.map(({ receipt }, turn) => book(turn, receipt)));
      expect(told.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 409, 409, 409]);
      const claims = await world.sql`SELECT DISTINCT booking_id FROM seat_claims WHERE seat_id = ANY (${seats})`;
      expect(claims).toHaveLength(1);
    }
    expect(await deadlocks()).toEqual(before);
  });

  it('are answered to the end by a process that is told to stop, and it ends though they go on asking', async () => {
    const answered: number[] = [];
    const exit = once(second, 'exit');
    let isOver = false;
    const pass = (await admit(1))[0] ?? '';
    const asking = Array.from({ length: 20 }, async () => {
      // Over kept connections; who can't connect any more has reached its end.
      while (!isOver)
        answered.push((await hold(1, pass, { zoneId: 'stalls', seats: ['s1'] }).catch(() => LATE)).status);
    });
    await vi.waitFor(() => expect(answered.length).toBeGreaterThan(50));
    second.kill('SIGTERM');
    const [code] = await exit;
    isOver = true;
    await Promise.all(asking);
    expect(code).toBe(0);
  });
});

/** No process to ask any more. */
const LATE: Told = { status: 0, body: {} };
