import type { FeedHelloClaims } from '../contracts/token-claims.ts';
import type { ErrorCode } from '../contracts/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Verified } from '../tokens/jwt.ts';
import {
  CLOSE_FAULT,
  CLOSE_POLICY,
  CLOSE_TRY_LATER,
  createOutbox,
  type Connection,
  type OutboxLimits,
} from './outbox.ts';
import { parseFrame } from './protocol.ts';
import type { RoomHub } from './room-hub.ts';
import type { Rooms } from './rooms.ts';
import { createVisitor, type Visitor } from './visitor.ts';

/** How long a socket may stay unnamed, in ms. */
const HELLO_WITHIN_MS = 5000;
/** Frames one socket may send in all windows of `FRAME_WINDOW_MS`: a patient page sends one in some seconds. */
const MAX_FRAMES = 60;
const FRAME_WINDOW_MS = 20_000;

export type RoomSocketPorts = {
  rooms: Rooms;
  verify: (token: string, nowMs: number) => Promise<Verified<FeedHelloClaims>>;
  clock: Clock;
  log: Logger;
  outboxLimits?: OutboxLimits;
};

/**
 * One socket of a room:
 *
 *   open ──hello──► verifying ──► named ──here…──► (close)
 *     └── 5 s, bad frame, bad token, other room ──► error, closed 1008
 */
export function serveRoomSocket(connection: Connection, room: string, ports: RoomSocketPorts): void {
  const { socket } = connection;
  const { clock, log } = ports;
  const outbox = createOutbox(connection, clock, ports.outboxLimits);
  let state: 'open' | 'verifying' | 'named' | 'closed' = 'open';
  let visitor: Visitor | undefined;
  let hub: RoomHub | undefined;
  let hereWhileVerifying = false;

  const refuse = (code: ErrorCode, closeCode = CLOSE_POLICY): void => {
    outbox.send({ type: 'error', code });
    outbox.close(closeCode, code);
  };
  const helloTimer = setTimeout(() => refuse('unauthenticated'), HELLO_WITHIN_MS);

  const hello = async (token: string): Promise<void> => {
    state = 'verifying';
    clearTimeout(helloTimer);
    let verified: Verified<FeedHelloClaims>;
    try {
      verified = await ports.verify(token, clock.nowMs());
    } catch (error) {
      // Without the edge's keys nothing can be said about the token; the page falls back to the board and comes again.
      log.warn({ err: error }, 'no keys to verify with');
      return refuse('store_unavailable', CLOSE_TRY_LATER);
    }
    if (isClosed()) return;
    if (!verified.ok) return refuse('unauthenticated');
    if (verified.claims.room !== room) return refuse('ticket_wrong_room');
    visitor = createVisitor(verified.claims, outbox);
    state = 'named';
    hub = await ports.rooms.enter(visitor);
    if (hereWhileVerifying && !isClosed()) hub.here(visitor);
  };

  /** A mistake of ours, or a store that is away, ends this socket, not the thousands beside it. */
  const fail = (error: unknown): void => {
    log.error({ room, err: error }, 'a socket failed');
    outbox.close(CLOSE_FAULT, 'internal');
  };

  const isClosed = (): boolean => state === 'closed';

  const isFlood = createFloodGate(clock);

  socket.on('message', (data, isBinary) => {
    if (isClosed() || socket.readyState !== socket.OPEN) return;
    if (isFlood()) return refuse('rate_limited');
    const frame = parseFrame(data, isBinary);
    if (!frame.ok) return refuse(frame.code);
    if (frame.message.type === 'hello') {
      if (state !== 'open') return refuse('invalid_request');
      return void hello(frame.message.token).catch(fail);
    }
    if (state === 'open') return refuse('unauthenticated');
    if (visitor !== undefined && hub !== undefined) hub.here(visitor);
    else hereWhileVerifying = true;
  });
  socket.on('close', () => {
    clearTimeout(helloTimer);
    state = 'closed';
    if (visitor !== undefined) ports.rooms.leave(visitor);
  });
}

/** Counts a frame with each call; true for those of a window beyond `MAX_FRAMES`. */
function createFloodGate(clock: Clock): () => boolean {
  let frames = { count: 0, since: clock.nowMs() };
  return () => {
    if (clock.nowMs() - frames.since >= FRAME_WINDOW_MS) frames = { count: 0, since: clock.nowMs() };
    frames.count += 1;
    return frames.count > MAX_FRAMES;
  };
}
