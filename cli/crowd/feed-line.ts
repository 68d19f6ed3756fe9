import { WebSocket } from 'ws';
import * as v from 'valibot';
import { roomServerMessageSchema, type RoomServerMessage } from '../../contracts/feed-messages.ts';
import type { Clock } from '../../platform/clock.ts';

/** One visitor's socket to the feed. */
export type FeedConnection = {
  /** Says "here"; false when the socket is not open. */
  here(): boolean;
  /** Whether frames come in; when not, the visitor polls as if there were no feed. */
  isLive(): boolean;
  close(): void;
};

export type FeedRequest = {
  feedUrl: string;
  token: string;
  address: string | null;
  onMessage: (message: RoomServerMessage) => void;
  /** Once, however it ended; not after `close`. */
  onEnd: (why: string) => void;
};

export type FeedLine = {
  /** Null when the crowd has as many sockets as it may. */
  open(request: FeedRequest): FeedConnection | null;
  closeAll(): void;
};

/** Sockets of one crowd at most; further visitors poll. */
const MAX_SOCKETS = 4000;
/** Boards come every second; a socket that is silent for so long is dead, in ms. */
const SILENCE_MS = 10_000;

/** The sockets of a crowd. */
export function createFeedLine(clock: Clock): FeedLine {
  const sockets = new Set<WebSocket>();
  const parse = createFrameParser();
  return {
    open({ feedUrl, token, address, onMessage, onEnd }) {
      if (sockets.size >= MAX_SOCKETS) return null;
      const socket = new WebSocket(feedUrl, {
        perMessageDeflate: false,
        ...(address === null ? {} : { localAddress: address }),
      });
      sockets.add(socket);
      let lastFrameMs = clock.nowMs();
      let why = '';
      let isClosing = false;
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token })));
      socket.on('message', (data) => {
        lastFrameMs = clock.nowMs();
        const message = Buffer.isBuffer(data) ? parse(data.toString('utf8')) : null;
        if (message === null) why = 'a frame that is no message';
        else if (message.type === 'error') why = message.code;
        else if (message.type === 'full') why = 'full';
        if (message !== null && !isClosing) onMessage(message);
      });
      // `close` follows each error and says the rest.
      socket.on('error', (error) => {
        why ||= error.message;
      });
      socket.on('close', (code) => {
        sockets.delete(socket);
        if (!isClosing) onEnd(why === '' ? `closed with ${code}` : why);
      });
      return {
        here() {
          if (socket.readyState !== WebSocket.OPEN) return false;
          socket.send('{"type":"here"}');
          return true;
        },
        isLive: () => socket.readyState <= WebSocket.OPEN && clock.nowMs() - lastFrameMs < SILENCE_MS,
        close() {
          isClosing = true;
          socket.terminate();
        },
      };
    },
    closeAll() {
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** Parses frames; a board is the same text for everyone in a tick, so the last one is kept. */
function createFrameParser(): (text: string) => RoomServerMessage | null {
  const schema = v.pipe(v.string(), v.parseJson(), roomServerMessageSchema);
  let last: { text: string; message: RoomServerMessage } | undefined;
  return (text) => {
    if (last?.text === text) return last.message;
    const result = v.safeParse(schema, text);
    if (!result.success) return null;
    if (result.output.type === 'board') last = { text, message: result.output };
    return result.output;
  };
}
