import type { Sql } from '../db/connect.ts';
import { OperatingError } from '../platform/operating-error.ts';

/** Asks Postgres one thing and waits for the answer no longer than a deadline, ms. Throws `store_unavailable` when it is late. */
export type AskPostgres = <T>(query: (sql: Sql) => Promise<T>, deadlineMs?: number) => Promise<T>;

/** A tick and a half: what takes longer has missed the next tick, and a board has to say so before it counts as stale. */
export const POSTGRES_DEADLINE_MS = 1500;

/** A question that has no answer after this long never gets one: the server itself cancels a statement after 5 s. */
const GIVE_UP_MS = 10_000;

/** Without a deadline: for whoever may wait. */
export const askDirectly =
  (sql: Sql): AskPostgres =>
  (query) =>
    query(sql);

/** One room's door to Postgres, or the directory's. */
export type PostgresGate = {
  ask: AskPostgres;
  /** Whether the last question failed or has had no answer in time. */
  isAway(): boolean;
};

/**
 * A gate that lets one question through at a time: while an earlier one has not come back, the next fails at once, so a Postgres that
 * hangs collects one question per room and no more. A late answer is dropped: whatever it wrote is guarded by epoch and tick.
 * Throws `store_unavailable`; what Postgres itself refuses is its cause.
 */
export function createPostgresGate(pool: RenewablePool): PostgresGate {
  let asked: { sql: Sql; atMs: number } | null = null;
  let away = false;
  const askNow = async <T>(query: (sql: Sql) => Promise<T>): Promise<T> => {
    const sql = pool.sql();
    asked = { sql, atMs: performance.now() };
    try {
      const answer = await query(sql);
      away = false;
      return answer;
    } catch (error) {
      away = true;
      throw unavailable('Postgres failed', error);
    } finally {
      asked = null;
    }
  };
  return {
    isAway: () => away,
    async ask(query, deadlineMs = POSTGRES_DEADLINE_MS) {
      if (asked !== null) {
        if (performance.now() - asked.atMs > GIVE_UP_MS) pool.renew(asked.sql);
        throw unavailable('Postgres has not answered an earlier question');
      }
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          away = true;
          reject(unavailable('Postgres has not answered in time'));
        }, deadlineMs);
      });
      try {
        return await Promise.race([askNow(query), late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** A pool that can be thrown away: a connection into the void fails only after minutes. */
export type RenewablePool = {
  sql(): Sql;
  /** Cuts this pool, which fails all its questions, and opens another; a pool that is no longer in use is left alone. */
  renew(used: Sql): void;
  /** Ends it, ms after which open questions are cut. */
  end(): Promise<void>;
};

/** Wraps pools made by `connect`. */
export function createRenewablePool(connect: () => Sql): RenewablePool {
  let current = connect();
  return {
    sql: () => current,
    renew(used) {
      if (used !== current) return;
      current = connect();
      // It is cut, not drained: whatever it says of that helps nobody.
      void used.end({ timeout: 0 }).catch(() => {});
    },
    end: () => current.end({ timeout: 2 }),
  };
}

const unavailable = (message: string, cause?: unknown): OperatingError =>
  new OperatingError('store_unavailable', {}, { message, ...(cause === undefined ? {} : { cause }) });
