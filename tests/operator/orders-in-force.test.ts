import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtCore } from '../../admission-worker/core-sight.ts';
import { startRoomLoops } from '../../admission-worker/room-loops.ts';
import { fixedPool } from '../../admission-worker/rounds.fixture.ts';
import { boardSchema, type Board } from '../../contracts/board.ts';
import { openCoreWorld, type CoreWorld } from '../../core/core-world.fixture.ts';
import { startHealth } from '../../core/health/start-health.ts';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { systemClock } from '../../platform/clock.ts';
import { newId } from '../../platform/id.ts';
import { newTicketId } from '../../platform/random.ts';
import { ROOMS_KEY, roomKeys } from '../../redis/keys.ts';
import { createNodeScriptClient } from '../../redis/client.node.ts';
import { joinRoom } from '../../redis/room/join.ts';
import { readPlace } from '../../redis/room/read-place.ts';

/** What an operator may have to wait for, in ticks; the order itself comes in the middle of one. */
const TICKS = 2;
let postgres: TestPostgres;
let redis: TestRedis;
let world: CoreWorld;
let rounds: { stop(): Promise<void> };
let health: { stop(): Promise<void> };
let token: string;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  world = await openCoreWorld(postgres, redis);
  const { log, redis: client } = world.deps;
  // The fixture lays out a room without its line; the worker restores it whole from Postgres.
  await redis.flush();
  health = startHealth(world.deps);
  rounds = startRoomLoops({
    pool: fixedPool(world.sql),
    scripts: createNodeScriptClient(client),
    log,
    lookAtCore: () => lookAtCore(client),
    announceRooms: async (rooms) => void (await client.sadd(ROOMS_KEY, ...rooms)),
    redisRunId: () => null,
  });
  token = await world.operatorToken('operator');
  await boardOf('demo', (board) => board.phase === 'open');
});
afterAll(async () => {
  await Promise.all([rounds.stop(), health.stop()]);
  await world.close();
  await Promise.all([redis.stop(), postgres.stop()]);
});

const read = async (room: string): Promise<Board | null> => {
  const text = await world.deps.redis.get(roomKeys(room).board);
  return text === null ? null : v.parse(boardSchema, JSON.parse(text));
};

/** The first board that is so; fails after ten seconds. */
async function boardOf(room: string, isSo: (board: Board) => boolean): Promise<Board> {
  for (let tries = 0; tries < 200; tries += 1) {
    const board = await read(room);
    if (board !== null && isSo(board)) return board;
    await sleep(50);
  }
  throw new Error(`no such board: ${JSON.stringify(await read(room))}`);
}

/** Gives an order and returns how many ticks went by until the board showed it. */
async function ticksUntil(order: () => Promise<{ status: number }>, isSo: (board: Board) => boolean): Promise<number> {
  expect((await order()).status).toBe(200);
  const before = (await read('demo'))?.tick ?? 0;
  return (await boardOf('demo', isSo)).tick - before;
}

const post = (path: string, body: unknown = {}, as = token, key = newId()) =>
  world.call('POST', `/v1/operator/${path}`, { token: as, body, key });
const patch = (body: unknown, headers: Record<string, string> = {}) =>
  world.call('PATCH', '/v1/operator/rooms/demo', { token, body, headers });
const audit = async (room = 'demo') =>
  v.parse(
    v.array(v.looseObject({ action: v.string(), before: v.unknown(), after: v.unknown() })),
    (await world.call('GET', `/v1/operator/audit?room=${room}`, { token })).body['items'],
  );

describe("an operator's order", () => {
  it('is in force within two ticks and stands in the audit trail', async () => {
    expect(
      await ticksUntil(
        () => patch({ totalActiveUsers: 77 }),
        (board) => board.capacity === 77,
      ),
    ).toBeLessThanOrEqual(TICKS);
    expect((await audit())[0]).toMatchObject({
      action: 'room.change',
      before: { totalActiveUsers: 500 },
      after: { totalActiveUsers: 77 },
    });
  });

  it('sets any setting alone: in force within two ticks, and in the trail with what it was', async () => {
    for (const [name, value] of [
      ['newUsersPerMinute', 240],
      ['sessionDurationSeconds', 300],
      ['claimWindowSeconds', 60],
      ['queueingMethod', 'passthrough'],
      ['queueingMethod', 'fifo'],
      ['holdLimit', 4],
      ['lobbyOpensAt', '2020-01-01T00:00:00.000Z'],
      ['closesAt', '2098-01-01T00:00:00.000Z'],
      ['lanes', [{ name: 'general', weight: 2 }]],
      ['joinsPerClientPerMinute', 70],
      ['challenge', 'altcha'],
      ['shopUrl', '/shop/'],
      ['allowedReturnHosts', ['shop.example']],
    ] as const) {
      const was = await world.call('GET', '/v1/operator/rooms/demo', { token });
      const etag = was.headers.get('etag') ?? '';
      const changed = await patch({ [name]: value }, { 'if-match': etag });
      const from = (await read('demo'))?.tick ?? 0;
      expect(changed, name).toMatchObject({ status: 200, body: { [name]: value } });
      const version = Number(changed.body['version']);
      while (Number(await world.deps.redis.hget(roomKeys('demo').config, 'version')) < version) await sleep(20);
      // The settings are copied before the tick that goes by them.
      expect(((await read('demo'))?.tick ?? 0) - from, name).toBeLessThan(TICKS);
      expect((await audit())[0]).toMatchObject({
        action: 'room.change',
        before: { [name]: was.body[name] },
        after: { [name]: value },
      });
    }
  });

  it('to set what is set already counts no version and writes nothing down, however a time is written', async () => {
    expect((await patch({ closesAt: '2098-02-01T00:00:00.000Z', holdLimit: 6 })).status).toBe(200);
    const was = await world.call('GET', '/v1/operator/rooms/demo', { token });
    const entries = await audit();
    const etag = was.headers.get('etag') ?? '';
    for (const same of [{ holdLimit: 6 }, { closesAt: '2098-02-01T01:00:00+01:00' }, { lanes: was.body['lanes'] }]) {
      const answer = await patch(same, { 'if-match': etag });
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, etag]);
      expect(answer.body['version']).toBe(was.body['version']);
    }
    expect(await patch({ holdLimit: 6 }, { 'if-match': '"1"' }), 'stale all the same').toMatchObject({ status: 412 });
    expect(await audit()).toEqual(entries);
  });

  it('pauses, resumes, closes and reopens, each seen on the board', async () => {
    for (const [order, phase] of [
      ['pause', 'paused'],
      ['resume', 'open'],
      ['close', 'closed'],
      ['open', 'open'],
    ] as const) {
      const ticks = await ticksUntil(
        () => post(`rooms/demo/${order}`),
        (board) => board.phase === phase,
      );
      expect(ticks, order).toBeLessThanOrEqual(TICKS);
      expect((await audit())[0]).toMatchObject({ action: `room.${order}` });
    }
  });

  it('is refused whole when a value or the version is wrong: nothing changes, nothing is written down', async () => {
    const before = await world.call('GET', '/v1/operator/rooms/demo', { token });
    const entries = await audit();
    for (const value of [-5, 'abc', 1e12, 1.5, null])
      expect(await patch({ newUsersPerMinute: value })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'newUsersPerMinute' }] },
      });
    for (const tag of ['"1"', `W/${before.headers.get('etag') ?? ''}`, 'abc', '""'])
      expect(await patch({ newUsersPerMinute: 5 }, { 'if-match': tag })).toMatchObject({
        status: 412,
        body: { code: 'stale', version: before.body['version'] },
      });
    expect((await world.call('GET', '/v1/operator/rooms/demo', { token })).body['version']).toBe(
      before.body['version'],
    );
    expect(await audit()).toEqual(entries);
  });

  it('is taken with one of several versions, with any, and with none named', async () => {
    for (const tag of [(etag: string) => `"999", ${etag}`, () => '*']) {
      const etag = (await world.call('GET', '/v1/operator/rooms/demo', { token })).headers.get('etag') ?? '';
      expect((await patch({ holdLimit: 5 }, { 'if-match': tag(etag) })).status).toBe(200);
    }
    expect((await patch({ holdLimit: 6 })).status).toBe(200);
  });

  it('announces to everyone, trimmed, and takes the message down again', async () => {
    const ticks = await ticksUntil(
      () => post('rooms/demo/announce', { message: '  Doors at eight  ' }),
      (board) => board.message === 'Doors at eight',
    );
    expect(ticks).toBeLessThanOrEqual(TICKS);
    for (const message of ['x'.repeat(281), 'a\nb', 'a\u0000b', 'a\u202eb', 5])
      expect(await post('rooms/demo/announce', { message })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'message' }] },
      });
    expect((await post('rooms/demo/announce', { message: '🎫'.repeat(280) })).status).toBe(200);
    expect(
      await ticksUntil(
        () => post('rooms/demo/announce', { message: '' }),
        (board) => board.message === undefined,
      ),
    ).toBeLessThanOrEqual(TICKS);
  });

  it('takes a ticket out of its room, once, and says so', async () => {
    const ticket = {
      room: 'demo',
      ticketId: newTicketId(),
      lane: 'general',
      expMs: systemClock.nowMs() + 86_400_000,
    };
    const { score } = await joinRoom(world.deps.scripts, ticket);
    const joined = { ...ticket, ...(score === null ? {} : { score }) };
    const before = (await read('demo'))?.tick ?? 0;
    for (const _ of [1, 2])
      expect(await post('rooms/demo/revoke', { ticketId: ticket.ticketId })).toMatchObject({ status: 200 });
    while ((await readPlace(world.deps.scripts, joined)).state !== 'spent') {
      expect(((await read('demo'))?.tick ?? 0) - before).toBeLessThanOrEqual(TICKS);
      await sleep(50);
    }
    const revocations = (await audit()).filter((entry) => entry.action === 'room.revoke');
    expect(revocations).toMatchObject([{ after: { ticketId: ticket.ticketId } }]);
    expect((await world.call('GET', '/v1/operator/rooms/demo/stats', { token })).body).toMatchObject({
      revokedTotal: 1,
      storeAway: false,
      held: null,
      core: [{ ageMs: expect.any(Number), poolWaitMs: expect.any(Number) }],
      recovering: false,
    });
    expect(await post('rooms/demo/revoke', { ticketId: 'no ticket' })).toMatchObject({ status: 422 });
  });

  it('adds a room that opens by itself, and refuses a second one of its name and a bad name', async () => {
    const created = await post('rooms', { room: 'autumn', name: 'Autumn', newUsersPerMinute: 90 });
    expect(created).toMatchObject({ status: 201, body: { room: 'autumn', newUsersPerMinute: 90, version: 1 } });
    expect(created.headers.get('etag')).toBe('"1"');
    expect((await boardOf('autumn', () => true)).phase).toBe('open');
    expect(await post('rooms', { room: 'autumn' })).toMatchObject({ status: 409, body: { code: 'room_exists' } });
    for (const room of ['Bad Name', '', '-x', 'x'.repeat(49), '../x'])
      expect(await post('rooms', { room })).toMatchObject({ status: 422, body: { errors: [{ path: 'room' }] } });
    expect(await audit('autumn')).toMatchObject([{ action: 'room.create', after: { newUsersPerMinute: 90 } }]);
  });

  it('opens a lobby at once, and a lobby that had not begun', async () => {
    const times = { lobbyOpensAt: '2098-01-01T09:00:00.000Z', opensAt: '2098-01-01T10:00:00.000Z' };
    expect(await post('rooms', { room: 'winter', ...times })).toMatchObject({ body: { state: 'lobby' } });
    await boardOf('winter', (board) => board.phase === 'lobby');
    const opened = await post('rooms/winter/open');
    expect(opened).toMatchObject({ status: 200, body: { state: 'open', lobbyOpensAt: null } });
    await boardOf('winter', (board) => board.phase === 'open');
  });

  it('lists rooms page by page', async () => {
    await Promise.all(Array.from({ length: 52 }, (_, i) => post('rooms', { room: `row-${i}` })));
    const first = (await world.call('GET', '/v1/operator/rooms', { token })).body as {
      items: { room: string }[];
      next: string;
    };
    const second = (await world.call('GET', `/v1/operator/rooms?cursor=${first.next}`, { token })).body as typeof first;
    const rooms = [...first.items, ...second.items].map((item) => item.room);
    expect(first.items).toHaveLength(50);
    expect([second.next, new Set(rooms).size, rooms.length]).toEqual([null, 55, 55]);
    expect((await world.call('GET', '/v1/operator/rooms?cursor=A', { token })).status).toBe(422);
  });
});

it('an operator token that an admin revoked is refused', async () => {
  const admin = await world.operatorToken('admin');
  const leaked = await world.operatorToken('operator');
  const jti = v.parse(
    v.object({ jti: v.string() }),
    JSON.parse(Buffer.from(leaked.split('.')[1] ?? '', 'base64url').toString()),
  ).jti;
  expect(await post('tokens/revoke', { jti }, leaked)).toMatchObject({ status: 403 });
  expect((await world.call('GET', '/v1/operator/rooms', { token: leaked })).status).toBe(200);
  expect(await post('tokens/revoke', { jti }, admin)).toMatchObject({ status: 200, body: { jti } });
  expect(await world.call('GET', '/v1/operator/rooms', { token: leaked })).toMatchObject({
    status: 401,
    body: { code: 'unauthenticated' },
  });
  expect((await world.call('GET', '/v1/operator/rooms', { token })).status).toBe(200);
});
