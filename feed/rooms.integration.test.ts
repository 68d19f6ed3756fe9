import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { drawScore } from '../contracts/draw.ts';
import { newTicketId } from '../platform/random.ts';
import { startFeedWorld, type FeedWorld } from './feed-world.fixture.ts';

let world: FeedWorld;
beforeAll(async () => {
  world = await startFeedWorld();
});
afterEach(() => world.reset());
afterAll(() => world.stop());

test('a tick reaches 200 sockets as the same frame, and says called and admitted only to whom they concern', async () => {
  await world.putBoard(1);
  const ids = Array.from({ length: 200 }, () => newTicketId());
  const sockets = await Promise.all(ids.map((ticketId, index) => world.enter({ ticketId, score: String(index + 1) })));
  await world.publish(2, { calledTo: '64' }, [ids[3] ?? '']);
  await world.publish(3, { calledTo: '64' });
  await expect.poll(() => sockets.every((socket) => socket.count('board') === 3)).toBe(true);
  const last = new Set(sockets.map((socket) => socket.frames.at(-1)));
  expect(last.size).toBe(1);
  expect(sockets.map((socket) => socket.count('called'))).toEqual(ids.map((_, index) => (index < 64 ? 1 : 0)));
  expect(sockets.map((socket) => socket.count('admitted'))).toEqual(ids.map((_, index) => (index === 3 ? 1 : 0)));
});

test('a tick that is older than the board shown is not shown', async () => {
  await world.putBoard(5);
  const socket = await world.enter();
  await world.publish(4);
  await world.publish(6);
  await expect.poll(() => socket.count('board')).toBe(2);
  expect(JSON.parse(socket.frames.at(-1) ?? '')).toMatchObject({ tick: 6 });
});

test('a held room shows its last tick again, saying who is away, each second that it is held', async () => {
  await world.putBoard(5);
  const socket = await world.enter();
  await world.publish(5, { held: 'core', at: 1 });
  await world.publish(5, { held: 'core', at: 2 });
  await expect.poll(() => socket.count('board')).toBe(3);
  expect(JSON.parse(socket.frames.at(-1) ?? '')).toMatchObject({ tick: 5, held: 'core' });
});

test('a new epoch is shown although its ticks begin lower, and who was called is called again: the answers are lost', async () => {
  await world.putBoard(50, { calledTo: '64' });
  const [called, waiting] = await Promise.all([world.enter({ score: '9' }), world.enter({ score: '65' })]);
  await called.heard('called');
  await world.publish(7, { epoch: 2, calledTo: '64' });
  await expect.poll(() => [called.count('board'), waiting.count('board')]).toEqual([2, 2]);
  expect([called.count('called'), waiting.count('called')]).toEqual([2, 0]);
  expect(JSON.parse(waiting.frames.at(-1) ?? '')).toMatchObject({ epoch: 2, tick: 7 });
});

test('an announcement is a message of its own when it is made, to who comes later, and when it is taken back', async () => {
  await world.putBoard(1);
  const socket = await world.enter();
  await world.publish(2, { message: 'The band is late.' });
  expect(await socket.heard('message')).toEqual({ type: 'message', message: 'The band is late.' });
  await world.publish(3, { message: 'The band is late.' });
  const later = await world.enter();
  expect(await later.heard('message')).toEqual({ type: 'message', message: 'The band is late.' });
  await world.publish(4);
  await expect.poll(() => socket.count('message')).toBe(2);
  expect(JSON.parse(socket.frames.at(-1) ?? '')).toEqual({ type: 'message', message: '' });
});

test('a lobby visitor is called by the draw once its seed is out', async () => {
  const ticketId = newTicketId();
  const score = await drawScore('seed', ticketId, 100);
  const lane = { nearTo: '300', admittedTo: '0', lateTo: 0, waiting: 1, marks: [], base: '100' };
  await world.putBoard(1, { phase: 'lobby' });
  const socket = await world.enter({ ticketId, score: null });
  const draw = { commitment: 'c', seed: 'seed' };
  await world.publish(2, { draw, lanes: { general: { ...lane, calledTo: String(score - 1e-7) } } });
  await expect.poll(() => socket.count('board')).toBe(2);
  expect(socket.count('called')).toBe(0);
  await world.publish(3, { draw, lanes: { general: { ...lane, calledTo: String(score) } } });
  await socket.heard('called');
});

test('a board missed while the subscription was lost is read again from Redis', async () => {
  await world.putBoard(1);
  const socket = await world.enter();
  await world.putBoard(2);
  await world.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await expect.poll(() => socket.count('board'), { timeout: 4000 }).toBe(2);
  await world.publish(3);
  await expect.poll(() => socket.count('board'), { timeout: 4000 }).toBe(3);
});
