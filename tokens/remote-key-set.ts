import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** An unknown `kid` asks the publisher again at most this often, in ms (DESIGN §5): forged kids must not become requests. */
const REFETCH_COOLDOWN_MS = 30_000;
/** A publisher that takes longer than this counts as away, in ms. */
const FETCH_TIMEOUT_MS = 800;
/** Known keys are looked up again after this long, in ms, so that a retired key stops verifying. */
const MAX_AGE_MS = 10 * 60_000;

/**
 * Verification keys published at an address, fetched on first use and cached. While they can't be had, verification
 * rejects with `JWKSTimeout`, however the publisher failed: an outage must never read as a forged token.
 */
export function remoteKeys(jwksUrl: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cooldownDuration: REFETCH_COOLDOWN_MS,
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: MAX_AGE_MS,
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new errors.JWKSTimeout('the key set cannot be had', { cause: error });
    }
  };
}
