import type { Verified } from './jwt.ts';

/** Tokens kept at most: about 40 MB of half-kilobyte tokens; the oldest goes first. */
const MAX_ENTRIES = 50_000;

export type VerifiedCache<T> = {
  (token: string, nowMs: number): Promise<Verified<T>>;
  /** Takes a token for verified: one that this process has signed itself. */
  remember(token: string, claims: T): void;
};

/**
 * Remembers tokens whose signature was checked, until their `exp`: an EdDSA check costs more than the rest of a request
 * (DESIGN §5). Only successes are kept, so forged tokens can't push good ones out.
 */
export function createVerifiedCache<T extends { exp: number }>(
  verify: (token: string, nowMs: number) => Promise<Verified<T>>,
): VerifiedCache<T> {
  // By the end of the signature, since to look a text up costs by its length; the whole token is compared then.
  const known = new Map<string, { token: string; claims: T }>();
  const remember = (token: string, claims: T): void => {
    if (known.size >= MAX_ENTRIES) known.delete(known.keys().next().value ?? '');
    known.set(endOf(token), { token, claims });
  };
  const check = async (token: string, nowMs: number): Promise<Verified<T>> => {
    const hit = known.get(endOf(token));
    if (hit !== undefined && hit.token === token) {
      if (hit.claims.exp * 1000 > nowMs) return { ok: true, claims: hit.claims };
      known.delete(endOf(token));
      return { ok: false, reason: 'expired' };
    }
    const result = await verify(token, nowMs);
    if (result.ok) remember(token, result.claims);
    return result;
  };
  return Object.assign(check, { remember });
}

const END_LENGTH = 32;
const endOf = (token: string): string => token.slice(-END_LENGTH);
