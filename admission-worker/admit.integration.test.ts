import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Sql } from '../db/connect.ts';
import { listRooms, takeEpoch, type RoomRow } from '../db/queries/rooms.ts';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../local-stack/test-stack.ts';
import { newTicketId } from '../platform/random.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { answerCall } from '../redis/room/answer.ts';
import { joinRoom } from '../redis/room/join.ts';
import { leaveRoom } from '../redis/room/leave.ts';
import type { PlaceFacts } from '../redis/room/place-reply.ts';
import { readPlace } from '../redis/room/read-place.ts';
import { readRoomInfo } from '../redis/room/room-info.ts';
import type { TicketRef } from '../redis/room/ticket-keys.ts';
import { commitTick, tickRoom } from '../redis/room/tick-room.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { scriptsWithTestClock, setTestClock } from '../redis/test-clock.ts';
import { admit, type AdmitOutcome } from './admit.ts';
import { restore } from './restore.ts';

const ROOM = 'demo';
const START = 1_800_000_000_000;
let postgres: TestPostgres;
let testRedis: TestRedis;
let redis: Redis;
let sql: Sql;
let scripts: ScriptClient;
let now = START;

beforeAll(async () => {
  [postgres, testRedis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  redis = connectRedis(testRedis.url);
  await redis.connect();
  scripts = createNodeScriptClient(redis, scriptsWithTestClock());
});
afterAll(async () => {
  redis.disconnect();
  await sql.end();
  await Promise.all([testRedis.stop(), postgres.stop()]);
});
beforeEach(async () => {
  await testRedis.flush();
  await sql?.end();
  sql = connectDatabase((await postgres.createDatabase()).url, { max: 4 });
  now = START;
  await setTestClock(redis, now);
});

/** The room's row as it stands in Postgres. */
async function row(): Promise<RoomRow> {
  const [room] = await listRooms(sql);
  if (room === undefined) throw new Error('the test made no room');
  return room;
}

async function openRoom(
  settings: Partial<Record<'rate' | 'capacity' | 'session' | 'claim', number>> = {},
  opensAt: Date | null = null,
) {
  const { rate = 600, capacity = 100, session = 600, claim = 120 } = settings;
  await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
    queueing_method, opens_at, hold_limit, joins_per_client_per_minute, draw_seed)
    VALUES (${ROOM}, 'Demo', ${rate}, ${capacity}, ${session}, ${claim}, 'fifo', ${opensAt}, 6, 1000, 'seed')`;
  await restore({ sql, scripts }, await row());
  await ticks(8); // everyone knows the first nearTo six seconds after the opening
}

async function advance(ms: number) {
  now += ms;
  await setTestClock(redis, now);
}
async function ticks(count: number): Promise<AdmitOutcome[]> {
  const outcomes: AdmitOutcome[] = [];
  for (let i = 0; i < count; i++) {
    await advance(1000);
    outcomes.push(await admit({ sql, scripts }, await row()));
  }
  return outcomes;
}
const admittedIds = (outcomes: AdmitOutcome[]) =>
  outcomes.flatMap((outcome) =>
    outcome.status === 'admitted' ? outcome.result.admitted.map((admission) => admission.id) : [],
  );

async function join(ticketId = newTicketId()): Promise<TicketRef> {
  const place = await joinRoom(scripts, {
    room: ROOM,
    ticketId,
    lane: 'general',
    expMs: now + 86_400_000,
    drawFraction: 0.5,
  });
  return {
    room: ROOM,
    ticketId,
    lane: 'general',
    expMs: now + 86_400_000,
    ...(place.score === null ? {} : { score: place.score }),
  };
}
const ask = (ticket: TicketRef, claims = true): Promise<PlaceFacts> => answerCall(scripts, ticket, claims);

describe('the way through the room', () => {
  it('leads from joining over the call and the answer to a session, and out again', async () => {
    await openRoom();
    const ticket = await join();
    expect(await readPlace(scripts, ticket)).toMatchObject({ state: 'waiting', ahead: 0 });
    await ticks(1);
    expect(await readPlace(scripts, ticket)).toMatchObject({ state: 'called' });
    expect(await ask(ticket)).toMatchObject({ state: 'ready', againMs: 5000 });
    expect(admittedIds(await ticks(1))).toEqual([ticket.ticketId]);
    expect(await ask(ticket, false)).toMatchObject({ state: 'admitted', untilMs: now + 120_000 });
    expect(await ask(ticket)).toMatchObject({ state: 'active', untilMs: now + 600_000 });
    expect(await ask(ticket), 'a second tab gets the same session').toMatchObject({
      state: 'active',
      untilMs: now + 600_000,
    });
    await ticks(1);
    expect(await sql`SELECT ended_at, claimed_at IS NOT NULL AS claimed FROM admissions`).toMatchObject([
      { ended_at: null, claimed: true },
    ]);
    expect(await leaveRoom(scripts, ticket)).toBe(true);
    expect(await leaveRoom(scripts, ticket), 'leaving twice is harmless').toBe(false);
    expect(await ask(ticket)).toMatchObject({ state: 'spent' });
    await ticks(1);
    expect((await readRoomInfo(scripts, ROOM)).board.active).toBe(0);
    expect(await sql`SELECT end_reason FROM admissions`).toMatchObject([{ end_reason: 'left' }]);
    expect(await sql`SELECT ticket_id FROM spent_tickets`).toMatchObject([{ ticket_id: ticket.ticketId }]);
  });

  it('gives a ticket one place however often it joins', async () => {
    await openRoom();
    const ticket = await join();
    const again = await Promise.all(Array.from({ length: 100 }, () => join(ticket.ticketId)));
    expect(new Set(again.map((place) => place.score))).toEqual(new Set([ticket.score]));
    expect((await join()).score).toBe(String(Number(ticket.score) + 1));
  });

  it('admits in the order of the scores, whatever the order of the answers', async () => {
    await openRoom({ rate: 60 });
    const tickets = [];
    for (let i = 0; i < 5; i++) tickets.push(await join());
    await ticks(1);
    for (const ticket of tickets.toReversed()) await ask(ticket);
    expect(admittedIds(await ticks(6))).toEqual(tickets.map((ticket) => ticket.ticketId));
  });
});

describe('limits', () => {
  it('never let more inside than totalActiveUsers', async () => {
    await openRoom({ rate: 600, capacity: 7 });
    const tickets = await Promise.all(Array.from({ length: 40 }, () => join()));
    await ticks(1);
    for (const ticket of tickets) await ask(ticket);
    expect(admittedIds(await ticks(10))).toHaveLength(7);
  });

  it('never let more in within any minute than the rate', async () => {
    await openRoom({ rate: 30, capacity: 1000 });
    const tickets = await Promise.all(Array.from({ length: 60 }, () => join()));
    await ticks(1);
    const admittedAt: number[] = [];
    for (let second = 0; second < 130; second++) {
      if (second % 4 === 0) for (const ticket of tickets) await ask(ticket, false);
      admittedAt.push(...admittedIds(await ticks(1)).map(() => now));
    }
    expect(admittedAt.length).toBeGreaterThan(55);
    for (const from of admittedAt)
      expect(admittedAt.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(30);
  });

  it('after an idle hour the first second admits no more than two ticks of the rate', async () => {
    await openRoom({ rate: 600, capacity: 1000 });
    await advance(3_600_000);
    await ticks(1);
    const tickets = await Promise.all(Array.from({ length: 60 }, () => join()));
    await ticks(1);
    for (const ticket of tickets) await ask(ticket);
    expect(admittedIds(await ticks(1)).length).toBeLessThanOrEqual(20);
  });

  it('a joined crowd that never answers holds no slot and delays a live visitor by one answer window', async () => {
    await openRoom({ rate: 60, capacity: 5 });
    for (let i = 0; i < 20; i++) await join();
    const ticket = await join();
    await ticks(1);
    expect(await ask(ticket)).toMatchObject({ state: 'ready' });
    expect(admittedIds(await ticks(8))).toEqual([ticket.ticketId]);
  });
});

describe('an unclaimed key', () => {
  it('frees its slot at the end of the window, makes its visitor late once, and spends the ticket the second time', async () => {
    await openRoom({ claim: 10 });
    const ticket = await join();
    await ticks(1);
    await ask(ticket);
    await ticks(1);
    await advance(8999);
    expect(await readPlace(scripts, ticket), 'one millisecond before').toMatchObject({ state: 'admitted' });
    await advance(1);
    await ticks(1);
    expect(await ask(ticket)).toMatchObject({ state: 'late', lateAtMs: now });
    await ticks(1);
    expect(await readPlace(scripts, ticket)).toMatchObject({ state: 'admitted' });
    await ticks(11);
    expect(await ask(ticket)).toMatchObject({ state: 'spent' });
  });
});

describe('a tick', () => {
  it('counts only once it is committed: until then its key is not claimable and no second tick runs', async () => {
    await openRoom();
    const ticket = await join();
    await ticks(1);
    await ask(ticket);
    await advance(1000);
    const first = await tickRoom(scripts, await row(), ['general']);
    expect(first.status).toBe('ticked');
    expect(await ask(ticket)).toMatchObject({ state: 'ready', againMs: 1000 });
    await advance(1000);
    const second = await tickRoom(scripts, await row(), ['general']);
    expect(second).toMatchObject({ status: 'pending', result: { admitted: [{ id: ticket.ticketId }] } });
    // Another worker finishes what the first one left behind.
    expect(await admit({ sql, scripts }, await row())).toMatchObject({ status: 'admitted' });
    expect(await ask(ticket)).toMatchObject({ state: 'active' });
    if (first.status === 'ticked') expect(await commitTick(scripts, ROOM, 1, ['general'], first.result)).toBe(false);
  });

  it('runs once a period, however many workers try', async () => {
    await openRoom({ rate: 60 });
    await advance(1000);
    const room = await row();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => admit({ sql, scripts }, room)));
    const ticked = new Set(outcomes.flatMap((outcome) => (outcome.status === 'admitted' ? [outcome.result.tick] : [])));
    expect(ticked.size).toBe(1);
  });
});

describe('a lobby', () => {
  it('keeps scores to itself until it opens, orders by the draw, and puts later joiners behind', async () => {
    await openRoom({}, new Date(START + 60_000));
    const draw = async (drawFraction: number) => {
      const ticketId = newTicketId();
      const request = { room: ROOM, ticketId, lane: 'general', expMs: now + 86_400_000, drawFraction };
      const place = await joinRoom(scripts, request);
      expect(place).toMatchObject({ state: 'lobby', ahead: null });
      return { room: ROOM, ticketId, lane: 'general', expMs: now + 86_400_000, score: String(1 + drawFraction) };
    };
    const last = await draw(0.9);
    const first = await draw(0.1234567);
    await ticks(1);
    const { board, boardJson } = await readRoomInfo(scripts, ROOM);
    expect(boardJson, 'no draw is on the board').not.toContain('1234567');
    expect(board.draw?.seed).toBeUndefined();
    await advance(60_000);
    await ticks(1);
    const newcomer = await join();
    const scoreless = { room: ROOM, ticketId: last.ticketId, lane: 'general', expMs: last.expMs };
    await expect(ask(scoreless), 'no draw, no answer').rejects.toMatchObject({ code: 'room_recovering' });
    expect(await readPlace(scripts, first)).toMatchObject({ state: 'waiting', ahead: 0 });
    expect(await readPlace(scripts, last)).toMatchObject({ state: 'waiting', ahead: 1 });
    expect(await readPlace(scripts, newcomer)).toMatchObject({ state: 'waiting', ahead: 2 });
  });
});

describe('what silent tickets leave behind', () => {
  it('is forgotten, but not the strikes of who did not claim', async () => {
    await openRoom({ rate: 60, capacity: 1 });
    const tickets = [];
    for (let i = 0; i < 30; i++) tickets.push(await join());
    await ticks(1);
    for (const ticket of tickets) await ask(ticket);
    await ticks(30);
    expect(await redis.hlen(`{r:${ROOM}}:answers:general`)).toBeLessThanOrEqual(1);
  });
});

describe('losing Redis', () => {
  it('brings back order, sessions and spent tickets under a new epoch, and reuses no number', async () => {
    await openRoom({ rate: 60 });
    const [inside, gone, waiting] = [await join(), await join(), await join()];
    await ticks(1);
    await ask(inside);
    await ask(gone);
    await ticks(9); // the third of the call never answers: its window has to close
    await ask(inside);
    await ask(gone);
    await leaveRoom(scripts, gone);
    await ticks(1);
    await testRedis.flush();
    await setTestClock(redis, now);
    await expect(join(), 'nobody slips in ahead').rejects.toMatchObject({ code: 'room_recovering' });
    expect((await ticks(1))[0]).toEqual({ status: 'lost' });
    expect(await restore({ sql, scripts }, await row())).toBe(2);
    await ticks(1);
    expect(await ask(inside)).toMatchObject({ state: 'active' });
    expect(await ask(gone)).toMatchObject({ state: 'spent' });
    expect(await ask(waiting)).toMatchObject({ state: 'ready' });
    expect(Number((await join()).score)).toBeGreaterThan(Number(waiting.score));
  });

  it('keeps the rate across a loss: what was admitted in the last minute still counts', async () => {
    await openRoom({ rate: 600 });
    const tickets = await Promise.all(Array.from({ length: 30 }, () => join()));
    await ticks(1);
    for (const ticket of tickets) await ask(ticket);
    expect(admittedIds(await ticks(4)).length).toBe(30);
    await sql`UPDATE rooms SET new_users_per_minute = 20, version = version + 1`;
    await testRedis.flush();
    await setTestClock(redis, now);
    await restore({ sql, scripts }, await row());
    const newcomer = await join();
    await ticks(23);
    await ask(newcomer);
    expect(admittedIds(await ticks(20))).toEqual([]);
  });

  it('gives two workers that restore at once blocks of numbers of their own', async () => {
    await openRoom();
    const before = await row();
    const first = await takeEpoch(sql, ROOM, before.epoch, ['general'], 1000);
    const second = await takeEpoch(sql, ROOM, before.epoch + 1, ['general'], 1000);
    expect(second?.leasedTo.get('general')).toBe((first?.leasedTo.get('general') ?? 0) + 1000);
  });

  it('remembers across a loss that a key was not claimed before', async () => {
    await openRoom({ claim: 10 });
    const ticket = await join();
    await ticks(1);
    await ask(ticket);
    await ticks(13);
    await ask(ticket);
    await ticks(1);
    await testRedis.flush();
    await setTestClock(redis, now);
    await restore({ sql, scripts }, await row());
    await ticks(12);
    expect(await ask(ticket)).toMatchObject({ state: 'spent' });
  });

  it('notices an older snapshot', async () => {
    await openRoom();
    const room = await row();
    await redis.hset(`{r:${ROOM}}:state`, 'tick', room.tick - 2, 'committed', room.tick - 2);
    expect((await ticks(1))[0]).toEqual({ status: 'lost' });
  });
});
