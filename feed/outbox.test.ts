import type { WebSocket } from 'ws';
import { expect, test } from 'vitest';
import { createManualClock } from '../platform/clock.ts';
import { createOutbox } from './outbox.ts';

function fakeSocket() {
  const closed: number[] = [];
  const socket = {
    OPEN: 1,
    CLOSING: 2,
    readyState: 1,
    close: (code: number) => closed.push(code),
    once: () => socket,
    terminate: () => {},
  };
  const written: string[] = [];
  const stream = { writable: true, writableLength: 0, write: (frame: Buffer) => written.push(frame.toString()) > 0 };
  const connection = { socket: socket as unknown as WebSocket, stream };
  return { stream, connection, written, closed };
}

const LIMITS = { coalesceBytes: 100, dropAfterMs: 1000 };

test('frames are left out while the reader is behind, and sent again when it caught up', () => {
  const { stream, connection, written } = fakeSocket();
  const outbox = createOutbox(connection, createManualClock(0), LIMITS);
  stream.writableLength = 101;
  expect(outbox.offer(Buffer.from('a'))).toBe(false);
  stream.writableLength = 100;
  expect(outbox.offer(Buffer.from('b'))).toBe(true);
  expect(written).toEqual(['b']);
});

test('a reader who stays behind is dropped with 1008, not a moment earlier, and not if it caught up in between', () => {
  const { stream, connection, closed } = fakeSocket();
  const clock = createManualClock(0);
  const outbox = createOutbox(connection, clock, LIMITS);
  const behindAt = (ms: number) => {
    clock.set(ms);
    stream.writableLength = 101;
    outbox.offer(Buffer.from('x'));
  };
  behindAt(0);
  behindAt(999);
  expect(closed).toEqual([]);
  stream.writableLength = 0;
  outbox.offer(Buffer.from('x'));
  behindAt(1500);
  behindAt(2499);
  expect(closed).toEqual([]);
  behindAt(2500);
  expect(closed).toEqual([1008]);
});
