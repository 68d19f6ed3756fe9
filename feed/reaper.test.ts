import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startReaper } from './reaper.ts';

const ROUND_MS = 20_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A reaper over sockets that answer every ping, but for those who are told to be silent. */
function reapSockets(count: number) {
  const server = new EventEmitter();
  const reaper = startReaper({ on: server.on.bind(server) } as Parameters<typeof startReaper>[0]);
  const sockets = Array.from({ length: count }, () => {
    const socket = Object.assign(new EventEmitter(), {
      pings: 0,
      isSilent: false,
      isCut: false,
      ping() {
        socket.pings += 1;
        if (!socket.isSilent) socket.emit('pong');
      },
      terminate() {
        socket.isCut = true;
        socket.emit('close');
      },
    });
    server.emit('connection', socket);
    return socket;
  });
  const pings = () => sockets.reduce((sum, socket) => sum + socket.pings, 0);
  return { reaper, sockets, pings };
}

test('every socket is pinged once a round, and never many in one moment', () => {
  const { reaper, sockets, pings } = reapSockets(1000);
  let most = 0;
  let seen = 0;
  for (let moment = 0; moment < ROUND_MS; moment += 20) {
    vi.advanceTimersByTime(20);
    most = Math.max(most, pings() - seen);
    seen = pings();
  }
  expect(sockets.every((socket) => socket.pings === 1)).toBe(true);
  expect(most).toBe(10);
  reaper.stop();
});

test('who did not answer is cut a round later and pinged no more; those beside it stay', () => {
  const { reaper, sockets } = reapSockets(300);
  const [silent, ...others] = sockets;
  if (silent === undefined) throw new Error('no socket');
  silent.isSilent = true;
  vi.advanceTimersByTime(ROUND_MS);
  expect(silent).toMatchObject({ isCut: false, pings: 1 });
  vi.advanceTimersByTime(2 * ROUND_MS);
  expect(silent).toMatchObject({ isCut: true, pings: 1 });
  expect(others.every((socket) => !socket.isCut && socket.pings === 3)).toBe(true);
  reaper.stop();
});
