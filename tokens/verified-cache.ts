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
  const known = new Map<string, T>();
  const remember = (token: string, claims: T): void => {
    if (known.size >= MAX_ENTRIES) known.delete(known.keys().next().value ?? '');
    known.set(token, claims);
  };
  const check = async (token: string, nowMs: number): Promise<Verified<T>> => {
    const hit = known.get(token);
    if (hit !== undefined) {
      if (hit.exp * 1000 > nowMs) return { ok: true, claims: hit };
      known.delete(token);
      return { ok: false, reason: 'expired' };
    }
    const result = await verify(token, nowMs);
    if (result.ok) remember(token, result.claims);
    return result;
  };
  return Object.assign(check, { remember });
}
