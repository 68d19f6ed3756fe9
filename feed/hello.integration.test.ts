import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newTicketId } from '../platform/random.ts';
import { ROOM, startFeedWorld, type FeedWorld } from './feed-world.fixture.ts';
import { openSocket } from './test-socket.fixture.ts';

let world: FeedWorld;
beforeAll(async () => {
  world = await startFeedWorld();
});
afterEach(() => world.reset());
afterAll(() => world.stop());

/** A socket of the room that begins with this text. */
async function openSaying(text: string) {
  const socket = await world.open(`/rooms/${ROOM}`);
  socket.socket.send(text);
  return socket;
}

test('a visitor is shown the board that stands in Redis, flat, with its type', async () => {
  const board = await world.putBoard(7);
  const socket = await world.connect();
  expect(await socket.heard('board')).toEqual({ type: 'board', ...board });
});

const who = { room: ROOM, ticketId: newTicketId() };
test.each([
  ['a token of another room', () => world.edge.sign({ ...who, room: 'other' }), 'ticket_wrong_room'],
  ['an expired token', () => world.edge.sign({ ...who, nowMs: Date.now() - 61_000 }), 'unauthenticated'],
  ['a token of another origin', () => world.edge.sign({ ...who, issuer: 'http://evil.test' }), 'unauthenticated'],
  ['a forged token', async () => `${(await world.edge.sign(who)).slice(0, -8)}AAAAAAAA`, 'unauthenticated'],
])('hello with %s is refused and closed', async (_title, sign, code) => {
  const socket = await openSaying(JSON.stringify({ type: 'hello', token: await sign() }));
  expect(await socket.closed).toBe(1008);
  expect(socket.frames.map((frame) => JSON.parse(frame) as unknown)).toEqual([{ type: 'error', code }]);
});

test.each([
  ['bad JSON', '{"type":', 'malformed_json'],
  ['an unknown type', '{"type":"shout"}', 'invalid_request'],
  ['a field too many', '{"type":"here","x":1}', 'invalid_request'],
  ['here before hello', '{"type":"here"}', 'unauthenticated'],
])('%s is refused and closed', async (_title, text, code) => {
  const socket = await openSaying(text);
  expect(await socket.closed).toBe(1008);
  expect(JSON.parse(socket.frames[0] ?? '')).toEqual({ type: 'error', code });
});

test('a frame over 4 KB closes the socket', async () => {
  const socket = await openSaying(JSON.stringify({ type: 'hello', token: 'x'.repeat(5000) }));
  expect(await socket.closed).toBe(1009);
});

test('pages of another origin and other addresses get no socket', async () => {
  await expect(openSocket(`${world.url}/rooms/${ROOM}`, 'http://evil.test')).rejects.toThrow('403');
  await expect(openSocket(`${world.url}/elsewhere`)).rejects.toThrow('404');
});
