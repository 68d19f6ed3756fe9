import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { expect, test } from 'vitest';
import { createManualClock } from '../platform/clock.ts';
import { createLogger } from '../platform/log.ts';
import type { FeedHelloClaims } from '../contracts/token-claims.ts';
import { servePerformanceSocket } from './performance-socket.ts';
import { serveRoomSocket } from './room-socket.ts';

function fakeSocket() {
  const closed: number[] = [];
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    CLOSING: 2,
    readyState: 1,
    send: () => {},
    close: (code: number) => void closed.push(code),
    terminate: () => {},
  });
  const connection = {
    socket: socket as unknown as WebSocket,
    stream: { writable: true, writableLength: 0, write: () => true },
  };
  return { connection, socket, closed };
}

const clock = createManualClock(0);
const log = createLogger('feed', 'silent');
const fail = () => Promise.reject(new TypeError('a mistake of ours'));

test('a mistake while a performance is opened closes that socket, and is nobody else’s', async () => {
  const { connection, closed } = fakeSocket();
  const performances = { watch: fail, leave: () => {}, stop: () => {} };
  servePerformanceSocket(connection, { kind: 'performance', performanceId: 'show' }, { performances, clock, log });
  await expect.poll(() => closed).toEqual([1011]);
});

test('a mistake while a visitor enters closes that socket, and is nobody else’s', async () => {
  const { connection, socket, closed } = fakeSocket();
  const claims = { room: 'demo', sub: 'A', lane: 'general' } as FeedHelloClaims;
  const rooms = { enter: fail, leave: () => {}, stop: () => {} };
  const verify = () => Promise.resolve({ ok: true as const, claims });
  serveRoomSocket(connection, 'demo', { rooms, verify, clock, log });
  socket.emit('message', Buffer.from(JSON.stringify({ type: 'hello', token: 'x.y.z' })), false);
  await expect.poll(() => closed).toEqual([1011]);
});
