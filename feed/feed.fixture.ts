import { once } from 'node:events';
import { createServer } from 'node:http';
import { boardOf, laneOf } from '../contracts/board.fixture.ts';
import type { Board } from '../contracts/board.ts';
import { createLogger } from '../platform/log.ts';
import { systemClock } from '../platform/clock.ts';
import { generateOkpKeySet } from '../tokens/generate-keys.ts';
import { signFeedHello } from '../tokens/feed-hello.sign.ts';
import { ed25519SigningKey, publicKeySet } from '../tokens/key-set.ts';
import { startFeed, type FeedBounds } from './feed.ts';
import { ORIGIN } from './test-socket.fixture.ts';

/** A served key set and a signer of feed tokens: what the edge is to the feed. */
export async function startKeyPublisher() {
  const set = await generateOkpKeySet();
  const key = await ed25519SigningKey(set);
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(publicKeySet(set)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    jwksUrl: `http://127.0.0.1:${port}/jwks.json`,
    sign: (hello: { room: string; ticketId: string; lane?: string; score?: string; nowMs?: number; issuer?: string }) =>
      signFeedHello(key, { lane: 'general', nowMs: systemClock.nowMs(), issuer: ORIGIN, ...hello }),
    stop: () => void server.close(),
  };
}

/** Nobody ticks in the feed's tests unless they say so; only those about silence want to hear of it. */
const NEVER_SILENT_MS = 600_000;

/** A feed on a free port. */
export const startTestFeed = (redisUrl: string, jwksUrl: string, bounds: FeedBounds = {}, maxSockets = 1000) =>
  startFeed(
    { redisUrl, jwksUrl, origin: ORIGIN, maxSockets, host: '127.0.0.1', port: 0 },
    createLogger('feed', 'silent'),
    systemClock,
    { silentAfterMs: NEVER_SILENT_MS, ...bounds },
  );

/** An open room with one lane. */
export function makeBoard(room: string, tick: number, changes: Partial<Board> & { calledTo?: string } = {}): Board {
  const { calledTo = '0', ...board } = changes;
  const lanes = { general: laneOf({ calledTo, waiting: 500 }) };
  return boardOf({ room, tick, at: systemClock.nowMs(), lanes, ...board });
}
