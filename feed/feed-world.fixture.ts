import type { Redis } from 'ioredis';
import type { Board } from '../contracts/board.ts';
import { startTestRedis } from '../local-stack/test-stack.ts';
import { newTicketId } from '../platform/random.ts';
import { connectRedis } from '../redis/client.node.ts';
import { roomChannel, roomKeys } from '../redis/keys.ts';
import type { FeedBounds } from './feed.ts';
import { makeBoard, startKeyPublisher, startTestFeed } from './feed.fixture.ts';
import { openSocket, type TestSocket } from './test-socket.fixture.ts';

/** The room of the feed's tests. */
export const ROOM = 'demo';

export type Feed = Awaited<ReturnType<typeof startTestFeed>>;
/** `score: null`: a lobby ticket. */
type Who = { ticketId?: string; score?: string | null; url?: string };

/**
 * A Redis, a publisher of the edge's keys and one feed, for a test file:
 *
 *   beforeAll(async () => void (world = await startFeedWorld()));
 *   afterEach(() => world.reset());
 *   afterAll(() => world.stop());
 */
export type FeedWorld = {
  redis: Redis;
  redisUrl: string;
  edge: Awaited<ReturnType<typeof startKeyPublisher>>;
  url: string;
  /** One more feed, stopped by `reset`. */
  startFeed(bounds?: FeedBounds, maxSockets?: number): Promise<Feed>;
  /** Opens a socket of the first feed by its path; `reset` cuts it. */
  open(path: string, url?: string): Promise<TestSocket>;
  /** Opens a socket of the room and says hello as this visitor; far from the head unless told otherwise. */
  connect(who?: Who): Promise<TestSocket>;
  /** The same, and waits for the first board. */
  enter(who?: Who): Promise<TestSocket>;
  /** The board that stands in Redis. */
  putBoard(tick: number, changes?: Parameters<typeof makeBoard>[2]): Promise<Board>;
  /** What a committed tick tells the feed processes. */
  publish(tick: number, changes?: Parameters<typeof makeBoard>[2], admitted?: string[]): Promise<void>;
  /** Cuts all sockets, stops the further feeds, empties Redis. */
  reset(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts it. */
export async function startFeedWorld(): Promise<FeedWorld> {
  const server = await startTestRedis();
  const redis = connectRedis(server.url);
  await redis.connect();
  const edge = await startKeyPublisher();
  const first = await startTestFeed(server.url, edge.jwksUrl);
  const sockets: TestSocket[] = [];
  const feeds: Feed[] = [];
  const open = async (path: string, at = first.url): Promise<TestSocket> => {
    const socket = await openSocket(at + path);
    sockets.push(socket);
    return socket;
  };
  const connect = async ({ ticketId = newTicketId(), score = '400', url: at = first.url }: Who = {}) => {
    const token = await edge.sign({ room: ROOM, ticketId, ...(score === null ? {} : { score }) });
    const socket = await open(`/rooms/${ROOM}`, at);
    socket.socket.send(JSON.stringify({ type: 'hello', token }));
    return socket;
  };
  const reset = async (): Promise<void> => {
    for (const { socket } of sockets.splice(0)) socket.terminate();
    await Promise.all(feeds.splice(0).map((feed) => feed.stop()));
    await redis.flushall();
  };
  return {
    redis,
    redisUrl: server.url,
    edge,
    url: first.url,
    async startFeed(bounds = {}, maxSockets = 1000) {
      const feed = await startTestFeed(server.url, edge.jwksUrl, bounds, maxSockets);
      feeds.push(feed);
      return feed;
    },
    open,
    connect,
    async enter(who) {
      const socket = await connect(who);
      await socket.heard('board');
      return socket;
    },
    async putBoard(tick, changes) {
      const board = makeBoard(ROOM, tick, changes);
      await redis.set(roomKeys(ROOM).board, JSON.stringify(board));
      return board;
    },
    async publish(tick, changes, admitted = []) {
      const board = JSON.stringify(makeBoard(ROOM, tick, changes));
      await redis.publish(roomChannel(ROOM), JSON.stringify({ board, admitted }));
    },
    reset,
    async stop() {
      await reset();
      await first.stop();
      edge.stop();
      redis.disconnect();
      await server.stop();
    },
  };
}
