import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newTicketId } from '../platform/random.ts';
import { joinRoom } from '../redis/room/join.ts';
import { leaveRoom } from '../redis/room/leave.ts';
import { readPlace } from '../redis/room/read-place.ts';
import { readRoomInfo } from '../redis/room/room-info.ts';
import { commitTick, tickRoom } from '../redis/room/tick-room.ts';
import { admit } from './admit.ts';
import { toRoomConfig } from './room-config.ts';
import { admittedIds, ROOM, type RoomWorld, START, startRoomWorld } from './room-world.fixture.ts';

let world: RoomWorld;
beforeAll(async () => {
  world = await startRoomWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

describe('the way through the room', () => {
  it('leads from joining over the call and the answer to a session, and out again', async () => {
    await world.openRoom();
    const ticket = await world.join();
    expect(await readPlace(world.scripts, ticket)).toMatchObject({ state: 'waiting', ahead: 0 });
    await world.ticks(1);
    expect(await readPlace(world.scripts, ticket)).toMatchObject({ state: 'called' });
    expect(await world.ask(ticket)).toMatchObject({ state: 'ready', againMs: 5000 });
    expect(admittedIds(await world.ticks(1))).toEqual([ticket.ticketId]);
    expect(await world.ask(ticket, false)).toMatchObject({ state: 'admitted', untilMs: world.now() + 120_000 });
    expect(await world.ask(ticket)).toMatchObject({ state: 'active', untilMs: world.now() + 600_000 });
    expect(await world.ask(ticket), 'a second tab gets the same session').toMatchObject({
      state: 'active',
      untilMs: world.now() + 600_000,
    });
    await world.ticks(1);
    expect(await world.sql()`SELECT ended_at, claimed_at IS NOT NULL AS claimed FROM admissions`).toMatchObject([
      { ended_at: null, claimed: true },
    ]);
    expect(await leaveRoom(world.scripts, ticket)).toBe(true);
    expect(await leaveRoom(world.scripts, ticket), 'leaving twice is harmless').toBe(false);
    expect(await world.ask(ticket)).toMatchObject({ state: 'spent' });
    await world.ticks(1);
    expect((await readRoomInfo(world.scripts, ROOM)).board.active).toBe(0);
    expect(await world.sql()`SELECT end_reason FROM admissions`).toMatchObject([{ end_reason: 'left' }]);
    expect(await world.sql()`SELECT ticket_id FROM spent_tickets`).toMatchObject([{ ticket_id: ticket.ticketId }]);
  });

  it('gives a ticket one place however often it joins', async () => {
    await world.openRoom();
    const ticket = await world.join();
    const again = await Promise.all(Array.from({ length: 100 }, () => world.join(ticket.ticketId)));
    expect(new Set(again.map((place) => place.score))).toEqual(new Set([ticket.score]));
    expect((await world.join()).score).toBe(String(Number(ticket.score) + 1));
  });

  it('admits in the order of the scores, whatever the order of the answers', async () => {
    await world.openRoom({ rate: 60 });
    const tickets = [];
    for (let i = 0; i < 5; i++) tickets.push(await world.join());
    await world.ticks(1);
    for (const ticket of tickets.toReversed()) await world.ask(ticket);
    expect(admittedIds(await world.ticks(6))).toEqual(tickets.map((ticket) => ticket.ticketId));
  });
});

describe('limits', () => {
  it('never let more inside than totalActiveUsers', async () => {
    await world.openRoom({ rate: 600, capacity: 7 });
    const tickets = await Promise.all(Array.from({ length: 40 }, () => world.join()));
    await world.ticks(1);
    for (const ticket of tickets) await world.ask(ticket);
    expect(admittedIds(await world.ticks(10))).toHaveLength(7);
  });

  it('never let more in within any minute than the rate', async () => {
    await world.openRoom({ rate: 30, capacity: 1000 });
    const tickets = await Promise.all(Array.from({ length: 60 }, () => world.join()));
    await world.ticks(1);
    const admittedAt: number[] = [];
    for (let second = 0; second < 130; second++) {
      if (second % 4 === 0) for (const ticket of tickets) await world.ask(ticket, false);
      admittedAt.push(...admittedIds(await world.ticks(1)).map(() => world.now()));
    }
    expect(admittedAt.length).toBeGreaterThan(55);
    for (const from of admittedAt)
      expect(admittedAt.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(30);
  });

  it('after an idle hour the first second admits no more than two ticks of the rate', async () => {
    await world.openRoom({ rate: 600, capacity: 1000 });
    await world.advance(3_600_000);
    await world.ticks(1);
    const tickets = await Promise.all(Array.from({ length: 60 }, () => world.join()));
    await world.ticks(1);
    for (const ticket of tickets) await world.ask(ticket);
    expect(admittedIds(await world.ticks(1)).length).toBeLessThanOrEqual(20);
  });

  it('a joined crowd that never answers holds no slot and delays a live visitor by one answer window', async () => {
    await world.openRoom({ rate: 60, capacity: 5 });
    for (let i = 0; i < 20; i++) await world.join();
    const ticket = await world.join();
    await world.ticks(1);
    expect(await world.ask(ticket)).toMatchObject({ state: 'ready' });
    expect(admittedIds(await world.ticks(8))).toEqual([ticket.ticketId]);
  });
});

describe('an unclaimed key', () => {
  it('frees its slot at the end of the window, makes its visitor late once, and spends the ticket the second time', async () => {
    await world.openRoom({ claim: 10 });
    const ticket = await world.join();
    await world.ticks(1);
    await world.ask(ticket);
    await world.ticks(1);
    await world.advance(8999);
    expect(await readPlace(world.scripts, ticket), 'one millisecond before').toMatchObject({ state: 'admitted' });
    await world.advance(1);
    await world.ticks(1);
    expect(await world.ask(ticket)).toMatchObject({ state: 'late', lateAtMs: world.now() });
    await world.ticks(1);
    expect(await readPlace(world.scripts, ticket)).toMatchObject({ state: 'admitted' });
    await world.ticks(11);
    expect(await world.ask(ticket)).toMatchObject({ state: 'spent' });
  });
});

describe('keys that end in one tick', () => {
  it('are each written down as what they were', async () => {
    await world.openRoom({ rate: 600, claim: 10, session: 9 });
    const tickets = [];
    for (let i = 0; i < 4; i++) tickets.push(await world.join());
    await world.ticks(1);
    for (const ticket of tickets) await world.ask(ticket);
    await world.ticks(1);
    await world.advance(1000);
    for (const ticket of tickets.slice(2)) await world.ask(ticket);
    await world.advance(9000);
    await world.ticks(1);
    const ended = await world.sql()`SELECT ticket_id AS id, end_reason AS reason FROM admissions ORDER BY score`;
    const reasons = ['unclaimed', 'unclaimed', 'expired', 'expired'];
    expect(ended).toEqual(tickets.map(({ ticketId }, i) => ({ id: ticketId, reason: reasons[i] })));
  });
});

describe('a tick', () => {
  it('counts only once it is committed: until then its key is not claimable and no second tick runs', async () => {
    await world.openRoom();
    const ticket = await world.join();
    await world.ticks(1);
    await world.ask(ticket);
    await world.advance(1000);
    const first = await tickRoom(world.scripts, await world.row(), ['general']);
    expect(first.status).toBe('ticked');
    expect(await world.ask(ticket)).toMatchObject({ state: 'ready', againMs: 1000 });
    await world.advance(1000);
    const second = await tickRoom(world.scripts, await world.row(), ['general']);
    expect(second).toMatchObject({ status: 'pending', result: { admitted: [{ id: ticket.ticketId }] } });
    // Another worker finishes what the first one left behind.
    expect(await admit(world.stores(), await world.row())).toMatchObject({
      status: 'admitted',
    });
    expect(await world.ask(ticket)).toMatchObject({ state: 'active' });
    if (first.status === 'ticked')
      expect(await commitTick(world.scripts, ROOM, 1, ['general'], first.result)).toBe('before');
  });

  it('runs once a period, however many workers try', async () => {
    await world.openRoom({ rate: 60 });
    await world.advance(1000);
    const room = await world.row();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => admit(world.stores(), room)));
    const ticked = new Set(outcomes.flatMap((outcome) => (outcome.status === 'admitted' ? [outcome.result.tick] : [])));
    expect(ticked.size).toBe(1);
  });
});

describe('pausing', () => {
  it('admits and calls nobody, and goes on where it stood', async () => {
    await world.openRoom();
    const ticket = await world.join();
    await world.sql()`UPDATE rooms SET paused = true, version = version + 1`;
    await copySettings();
    expect(admittedIds(await world.ticks(5))).toEqual([]);
    expect(await readPlace(world.scripts, ticket)).toMatchObject({ state: 'waiting' });
    expect((await readRoomInfo(world.scripts, ROOM)).board.phase).toBe('paused');
    await world.sql()`UPDATE rooms SET paused = false, version = version + 1`;
    await copySettings();
    await world.ticks(1);
    await world.ask(ticket);
    expect(admittedIds(await world.ticks(2))).toEqual([ticket.ticketId]);
  });
  async function copySettings() {
    const { configureRoom } = await import('../redis/room/configure-room.ts');
    const room = await world.row();
    expect(await configureRoom(world.scripts, ROOM, room.epoch, room.version, await toRoomConfig(room))).toBe(
      'written',
    );
  }
});

describe('a lobby', () => {
  it('keeps scores to itself until it opens, orders by the draw, and puts later joiners behind', async () => {
    await world.openRoom({}, new Date(START + 60_000));
    const draw = async (drawFraction: number) => {
      const ticketId = newTicketId();
      const place = await joinRoom(world.scripts, {
        room: ROOM,
        ticketId,
        lane: 'general',
        expMs: world.now() + 86_400_000,
        drawFraction,
      });
      expect(place).toMatchObject({ state: 'lobby', ahead: null });
      return {
        room: ROOM,
        ticketId,
        lane: 'general',
        expMs: world.now() + 86_400_000,
        score: String(1 + drawFraction),
      };
    };
    const last = await draw(0.9);
    const first = await draw(0.1234567);
    await world.ticks(1);
    const { board, boardJson } = await readRoomInfo(world.scripts, ROOM);
    expect(boardJson, 'no draw is on the board').not.toContain('1234567');
    expect(board.draw?.seed).toBeUndefined();
    await world.advance(60_000);
    await world.ticks(1);
    const newcomer = await world.join();
    const scoreless = { room: ROOM, ticketId: last.ticketId, lane: 'general', expMs: last.expMs };
    await expect(world.ask(scoreless), 'no draw, no answer').rejects.toMatchObject({ code: 'room_recovering' });
    expect(await readPlace(world.scripts, first)).toMatchObject({ state: 'waiting', ahead: 0 });
    expect(await readPlace(world.scripts, last)).toMatchObject({ state: 'waiting', ahead: 1 });
    expect(await readPlace(world.scripts, newcomer)).toMatchObject({ state: 'waiting', ahead: 2 });
  });
});

describe('what silent tickets leave behind', () => {
  it('is forgotten, but not the strikes of who did not claim', async () => {
    await world.openRoom({ rate: 60, capacity: 1 });
    const tickets = [];
    for (let i = 0; i < 30; i++) tickets.push(await world.join());
    await world.ticks(1);
    for (const ticket of tickets) await world.ask(ticket);
    await world.ticks(30);
    expect(await world.redis.hlen(`{r:${ROOM}}:answers:general`)).toBeLessThanOrEqual(1);
  });
});
