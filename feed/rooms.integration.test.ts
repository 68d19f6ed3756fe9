import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { drawScore } from '../contracts/draw.ts';
import { startTestRedis, type TestRedis } from '../local-stack/test-stack.ts';
import { newTicketId } from '../platform/random.ts';
import { roomChannel, roomKeys } from '../redis/keys.ts';
import { makeBoard, openSocket, ORIGIN, startKeyPublisher, startTestFeed, type TestSocket } from './feed.fixture.ts';

let server: TestRedis;
let redis: Redis;
let edge: Awaited<ReturnType<typeof startKeyPublisher>>;
let feed: Awaited<ReturnType<typeof startTestFeed>>;
const open: TestSocket[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  edge = await startKeyPublisher();
  feed = await startTestFeed(server.url, edge.jwksUrl);
});
afterEach(async () => {
  for (const { socket } of open.splice(0)) socket.terminate();
  await redis.flushall();
});
afterAll(async () => {
  await feed.stop();
  edge.stop();
  redis.disconnect();
  await server.stop();
});

async function connect(room: string, token?: string): Promise<TestSocket> {
  const socket = await openSocket(`${feed.url}/rooms/${room}`);
  open.push(socket);
  if (token !== undefined) socket.socket.send(JSON.stringify({ type: 'hello', token }));
  return socket;
}

const publish = (room: string, board: object, admitted: string[] = []) =>
  redis.publish(roomChannel(room), JSON.stringify({ board: JSON.stringify(board), admitted }));

describe('hello', () => {
  test('shows the board that stands in Redis, flat, with its type', async () => {
    const board = makeBoard('demo', 7);
    await redis.set(roomKeys('demo').board, JSON.stringify(board));
    const socket = await connect('demo', await edge.sign({ room: 'demo', ticketId: newTicketId(), score: '400' }));
    expect(await socket.heard('board')).toEqual({ type: 'board', ...board });
  });

  test.each([
    ['a token of another room', () => edge.sign({ room: 'other', ticketId: newTicketId() }), 'ticket_wrong_room'],
    [
      'an expired token',
      () => edge.sign({ room: 'demo', ticketId: newTicketId(), nowMs: Date.now() - 61_000 }),
      'unauthenticated',
    ],
    [
      'a token of another origin',
      () => edge.sign({ room: 'demo', ticketId: newTicketId(), issuer: 'http://evil.test' }),
      'unauthenticated',
    ],
    [
      'a forged token',
      async () => `${(await edge.sign({ room: 'demo', ticketId: newTicketId() })).slice(0, -8)}AAAAAAAA`,
      'unauthenticated',
    ],
  ])('with %s is refused and closed', async (_title, sign, code) => {
    const socket = await connect('demo', await sign());
    expect(await socket.closed).toBe(1008);
    expect(socket.frames.map((frame) => JSON.parse(frame) as unknown)).toEqual([{ type: 'error', code }]);
  });

  test.each([
    ['bad JSON', '{"type":', 'malformed_json'],
    ['an unknown type', '{"type":"shout"}', 'invalid_request'],
    ['a field too many', '{"type":"here","x":1}', 'invalid_request'],
    ['here before hello', '{"type":"here"}', 'unauthenticated'],
  ])('%s is refused and closed', async (_title, text, code) => {
    const socket = await connect('demo');
    socket.socket.send(text);
    expect(await socket.closed).toBe(1008);
    expect(JSON.parse(socket.frames[0] ?? '')).toEqual({ type: 'error', code });
  });

  test('a frame over 4 KB closes the socket', async () => {
    const socket = await connect('demo');
    socket.socket.send(JSON.stringify({ type: 'hello', token: 'x'.repeat(5000) }));
    expect(await socket.closed).toBe(1009);
  });

  test('pages of another origin and other addresses get no socket', async () => {
    await expect(openSocket(`${feed.url}/rooms/demo`, 'http://evil.test')).rejects.toThrow('403');
    await expect(openSocket(`${feed.url}/elsewhere`, ORIGIN)).rejects.toThrow('404');
  });
});

describe('a tick', () => {
  test('reaches 200 sockets as the same frame, and says called and admitted only to whom they concern', async () => {
    await redis.set(roomKeys('demo').board, JSON.stringify(makeBoard('demo', 1)));
    const ids = Array.from({ length: 200 }, () => newTicketId());
    const sockets = await Promise.all(
      ids.map(async (ticketId, index) =>
        connect('demo', await edge.sign({ room: 'demo', ticketId, score: String(index + 1) })),
      ),
    );
    await Promise.all(sockets.map((socket) => socket.heard('board')));
    await publish('demo', makeBoard('demo', 2, { calledTo: '64' }), [ids[3] ?? '']);
    await publish('demo', makeBoard('demo', 3, { calledTo: '64' }));
    await expect.poll(() => sockets.every((socket) => socket.count('board') === 3)).toBe(true);
    const last = new Set(sockets.map((socket) => socket.frames.at(-1)));
    expect(last.size).toBe(1);
    expect(sockets.map((socket) => socket.count('called'))).toEqual(ids.map((_, index) => (index < 64 ? 1 : 0)));
    expect(sockets.map((socket) => socket.count('admitted'))).toEqual(ids.map((_, index) => (index === 3 ? 1 : 0)));
  });

  test('that is older than the board shown is not shown', async () => {
    await redis.set(roomKeys('demo').board, JSON.stringify(makeBoard('demo', 5)));
    const socket = await connect('demo', await edge.sign({ room: 'demo', ticketId: newTicketId(), score: '9' }));
    await socket.heard('board');
    await publish('demo', makeBoard('demo', 4));
    await publish('demo', makeBoard('demo', 6));
    await expect.poll(() => socket.count('board')).toBe(2);
    expect(JSON.parse(socket.frames.at(-1) ?? '')).toMatchObject({ tick: 6 });
  });

  test('calls a lobby visitor by the draw once its seed is out', async () => {
    const ticketId = newTicketId();
    const score = await drawScore('seed', ticketId, 100);
    const lane = { nearTo: '300', admittedTo: '0', lateTo: 0, waiting: 1, marks: [] };
    await redis.set(roomKeys('demo').board, JSON.stringify(makeBoard('demo', 1, { phase: 'lobby' })));
    const socket = await connect('demo', await edge.sign({ room: 'demo', ticketId }));
    await socket.heard('board');
    const opened = { draw: { commitment: 'c', seed: 'seed' } };
    await publish(
      'demo',
      makeBoard('demo', 2, { ...opened, lanes: { general: { ...lane, base: '100', calledTo: String(score - 1e-7) } } }),
    );
    await publish(
      'demo',
      makeBoard('demo', 3, { ...opened, lanes: { general: { ...lane, base: '100', calledTo: String(score) } } }),
    );
    await socket.heard('called');
    expect(socket.count('board')).toBe(3);
  });

  test('missed while the subscription was lost is read again from Redis', async () => {
    await redis.set(roomKeys('demo').board, JSON.stringify(makeBoard('demo', 1)));
    const socket = await connect('demo', await edge.sign({ room: 'demo', ticketId: newTicketId(), score: '9' }));
    await socket.heard('board');
    await redis.set(roomKeys('demo').board, JSON.stringify(makeBoard('demo', 2)));
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await expect.poll(() => socket.count('board'), { timeout: 4000 }).toBe(2);
    await publish('demo', makeBoard('demo', 3));
    await expect.poll(() => socket.count('board'), { timeout: 4000 }).toBe(3);
  });
});
