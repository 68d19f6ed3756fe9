import { FEED_TOKEN_TTL_SECONDS } from '../contracts/limits.ts';
import type { Round } from '../contracts/rounds.ts';
import { signJwt, type SigningKey } from './jwt.ts';
import { FEED_AUDIENCE, FEED_HELLO } from './kinds.ts';

/** Whose socket it will be; `score` or `round` as far as they are known. */
export type FeedHello = {
  issuer: string;
  room: string;
  ticketId: string;
  lane: string;
  score?: string;
  round?: Round;
  nowMs: number;
};

/** Signs a feed token (EdDSA, 60 s), so that the feed can trust a socket without a secret of its own. */
export function signFeedHello(key: SigningKey, hello: FeedHello): Promise<string> {
  const iat = Math.floor(hello.nowMs / 1000);
  return signJwt(FEED_HELLO, key, {
    iss: hello.issuer,
    aud: FEED_AUDIENCE,
    sub: hello.ticketId,
    room: hello.room,
    lane: hello.lane,
    ...(hello.score === undefined ? {} : { score: hello.score }),
    ...(hello.round === undefined ? {} : { round: hello.round }),
    iat,
    exp: iat + FEED_TOKEN_TTL_SECONDS,
  });
}
