import type { Sql } from '../../db/connect.ts';
import { listRevokedTokens } from '../../db/queries/operator-tokens.ts';
import type { Clock } from '../../platform/clock.ts';
import { withinDeadline } from '../http/store-failure.ts';

/** How old the list may be: a revoked token works no longer than this on other processes, ms. */
const MAX_AGE_MS = 1000;

/** Which operator tokens were revoked before their end. */
export type RevokedOperators = {
  /** Refuses `store_unavailable` when Postgres can't be asked: an unknown list lets nobody in. */
  has(jti: string): Promise<boolean>;
  /** Reads the list anew at the next question. */
  forget(): void;
};

/** The list, read at most once a second for all callers of this process. */
export function createRevokedOperators(sql: Sql, clock: Clock): RevokedOperators {
  let known: { atMs: number; ids: Promise<ReadonlySet<string>> } | null = null;
  const read = () => {
    const ids = withinDeadline(sql, () => listRevokedTokens(sql)).then((list): ReadonlySet<string> => new Set(list));
    const fresh = { atMs: clock.nowMs(), ids };
    // A list that could not be read is asked for again by the next caller.
    ids.catch(() => {
      if (known === fresh) known = null;
    });
    return fresh;
  };
  return {
    async has(jti) {
      if (known === null || clock.nowMs() - known.atMs >= MAX_AGE_MS) known = read();
      return (await known.ids).has(jti);
    },
    forget: () => void (known = null),
  };
}
