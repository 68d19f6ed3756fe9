import type { RoomServerMessage } from '../../contracts/feed-messages.ts';
import type { Answer } from './calls.ts';
import type { FeedTokenGrant } from '../../contracts/place.ts';

/** No frame for this long means that the socket is dead without saying so, in ms; boards come every second. */
const SILENCE_MS = 10_000;
/** Thousands lose their feed in the same moment, and each needs a signature first; meanwhile the board serves, in ms. */
const RETRY_FIRST_MS = 4000;
const RETRY_MAX_MS = 60_000;
/** A feed that is full is left alone for longer, in ms: the board serves as well. */
const RETRY_FULL_MS = 30_000;

export type FeedSocket = {
  /** Says "here"; false when there is no open socket and the caller must ask another way. */
  here(): boolean;
  /** Whether boards come in by themselves. */
  isLive(): boolean;
  stop(): void;
};

/**
 * Keeps a socket to the feed as long as it can: token, hello, frames to `onMessage`. When it breaks it comes back after a growing,
 * jittered while; meanwhile the page polls.
 */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function openFeedSocket(
  getToken: () => Promise<Answer<FeedTokenGrant>>,
  onMessage: (message: RoomServerMessage) => void,
): FeedSocket {
  let socket: WebSocket | null = null;
  let lastFrameMs = 0;
  let failures = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const retry = (leastMs = 0): void => {
    if (stopped) return;
    clearTimeout(timer);
    const growing = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures);
    failures += 1;
    timer = setTimeout(() => void connect(), leastMs + growing * (0.5 + Math.random()));
  };
  const connect = async (): Promise<void> => {
    const token = await getToken();
    if (stopped) return;
    if (!token.ok) return retry();
    listen(token.body);
  };
  const listen = ({ feedUrl, token }: FeedTokenGrant): void => {
    const opened = new WebSocket(feedUrl);
    let isFull = false;
    socket = opened;
    lastFrameMs = Date.now();
    opened.addEventListener('open', () => opened.send(JSON.stringify({ type: 'hello', token })));
    opened.addEventListener('message', (event: MessageEvent<unknown>) => {
      const message = parse(event.data);
      if (message === null) return;
      lastFrameMs = Date.now();
      if (message.type === 'board') failures = 0;
      isFull ||= message.type === 'full';
      onMessage(message);
    });
    opened.addEventListener('close', () => {
      if (socket === opened) socket = null;
      retry(isFull ? RETRY_FULL_MS : 0);
    });
  };

  const isLive = (): boolean => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    if (Date.now() - lastFrameMs < SILENCE_MS) return true;
    socket.close();
    return false;
  };
  void connect();
  return {
    isLive,
    here() {
      if (!isLive()) return false;
      socket?.send('{"type":"here"}');
      return true;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}

function parse(data: unknown): RoomServerMessage | null {
  if (typeof data !== 'string') return null;
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- frames of our own feed, checked where they are made
    return JSON.parse(data) as RoomServerMessage;
  } catch {
    return null;
  }
}
