import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../platform/clock.ts';

/** Bytes a socket may have unsent before frames are left out: sixteen boards. */
const COALESCE_BYTES = 64 * 1024;
/** How long a reader may stay behind before it is dropped, in ms: longer than a phone's change of cell. */
const DROP_AFTER_MS = 15_000;
/** How long a closing handshake may take before the socket is cut, in ms. */
const CLOSE_GRACE_MS = 1000;

/** Close codes (RFC 6455 §7.4.1 and the registry): refused, a fault of ours, and "try again later". */
export const CLOSE_POLICY = 1008;
export const CLOSE_FAULT = 1011;
export const CLOSE_TRY_LATER = 1013;

/** A socket as ws knows it, and the stream that it writes to. */
export type Connection = { socket: WebSocket; stream: Pick<Writable, 'write' | 'writable' | 'writableLength'> };

export type OutboxLimits = { coalesceBytes: number; dropAfterMs: number };

/**
 * What leaves through one socket. A slow reader never makes the process buffer: while it is behind, replaceable frames are
 * left out (the next one says it all), and who stays behind is dropped with 1008.
 */
export type Outbox = {
  /** Sends a `textFrame` that a later one replaces; false when it was left out because the reader is behind. */
  offer(frame: Buffer): boolean;
  /** Sends a small frame to this reader alone (`called`, `place`, …); false when it was left out. */
  send(message: object): boolean;
  close(code: number, reason?: string): void;
};

/**
 * An outbox over an open ws socket and the stream below it. Frames for many are written to the stream as they are; ws itself writes
 * whole frames at once too (no compression, no blobs), so the two can't end up inside each other.
 */
export const createOutbox = (
  connection: Connection,
  clock: Clock,
  limits: OutboxLimits = { coalesceBytes: COALESCE_BYTES, dropAfterMs: DROP_AFTER_MS },
): Outbox => new SocketOutbox(connection, clock, limits);

/** A class, since thousands stand beside each other: a frame then touches few objects of each socket, and closures cost memory. */
class SocketOutbox implements Outbox {
  readonly #socket: WebSocket;
  readonly #stream: Connection['stream'];
  readonly #clock: Clock;
  readonly #limits: OutboxLimits;
  #behindSince: number | undefined;
  #isClosing = false;

  constructor({ socket, stream }: Connection, clock: Clock, limits: OutboxLimits) {
    this.#socket = socket;
    this.#stream = stream;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Asks the stream alone, which the write touches anyway: of 9,000 sockets, what ws keeps of each is far from any cache. */
  offer(frame: Buffer): boolean {
    if (this.#isClosing || !this.#stream.writable || this.#isBehind()) return false;
    this.#stream.write(frame);
    return true;
  }

  send(message: object): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN || this.#isBehind()) return false;
    this.#socket.send(JSON.stringify(message), { binary: false });
    return true;
  }

  close(code: number, reason = ''): void {
    this.#isClosing = true;
    const socket = this.#socket;
    if (socket.readyState >= socket.CLOSING) return;
    socket.close(code, reason);
    // A peer that does not read will not shake hands either.
    const cut = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
    cut.unref();
    socket.once('close', () => clearTimeout(cut));
  }

  #isBehind(): boolean {
    if (this.#stream.writableLength <= this.#limits.coalesceBytes) {
      this.#behindSince = undefined;
      return false;
    }
    const now = this.#clock.nowMs();
    this.#behindSince ??= now;
    if (now - this.#behindSince >= this.#limits.dropAfterMs) this.close(CLOSE_POLICY, 'too slow');
    return true;
  }
}
