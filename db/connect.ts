import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { keepResultsWhole } from './whole-results.ts';

/** Raw SQL, for `db/queries`; `int8` comes as a number (our counters stay below 2^53), times as `Date`. */
export type Sql = postgres.Sql<{ bigint: number }>;
export type Transaction = postgres.TransactionSql<{ bigint: number }>;
/** One connection, whichever way its transaction began. */
export type Connection = postgres.ISql<{ bigint: number }>;
/** A statement that is not sent yet; its rows when it is awaited. */
export type Statement<Row extends object> = postgres.PendingQuery<Row[]>;

/** Drizzle, for plain reads and writes. */
export type Database = PostgresJsDatabase;

export type DatabaseOptions = {
  /** Connections at most; each part has its own bound, so that one crowd can't starve another. */
  max?: number;
  /** A statement that takes longer is cancelled by the server, ms. */
  statementTimeoutMs?: number;
  /** A transaction whose client says nothing for this long is rolled back by the server, and its locks are freed, ms. */
  idleInTransactionTimeoutMs?: number;
  applicationName?: string;
  /** Settings of each session, by the server's names. */
  settings?: Readonly<Record<string, string | number>>;
  /** False: each statement is planned for its own parameters. */
  prepare?: boolean;
};

/**
 * Statements that a connection is sent at once at most, more than any part of ours has under way; the driver's types do not know it. A
 * BEGIN that is the last to fit is sent without its connection being set aside (postgres.js 3.4.9, its issue 1189): the transaction
 * fails, stays open, and what others then write over that connection is told as done and never committed. A BEGIN that
 * finds the socket's buffer full is still sent so, which takes large statements beside transactions in one pool.
 */
const LONG_LINE = { max_pipeline: 10_000 };

/** A pool. A server that is away fails within about two seconds; callers answer 503. */
export function connectDatabase(url: string, options: DatabaseOptions = {}): Sql {
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 2,
    // The default backs off to 20 s: a pool would stay deaf long after its server is back.
    backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 0.5),
    idle_timeout: 60,
    // A connection whose time was up while it was set aside would be ended by the next question, and take who waits for it along.
    max_lifetime: null,
    ...LONG_LINE,
    onnotice: () => {},
    prepare: options.prepare ?? true,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: {
      application_name: options.applicationName ?? 'onsale',
      statement_timeout: options.statementTimeoutMs ?? 5000,
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 10_000,
      ...options.settings,
    },
  });
  // A query is asked only once it is awaited; this one is there for its kind.
  keepResultsWhole(sql`SELECT`);
  return sql;
}

/** A search takes some tens of milliseconds; one that takes this long is given up by the server, ms. */
const SEARCH_TIMEOUT_MS = 400;

/**
 * The small pool of searches. What a search costs depends on its words, so each is planned for its own; reading a whole table is never
 * the way. Words count as alike that share a quarter of their trigrams.
 */
export const connectSearch = (url: string, options: DatabaseOptions = {}): Sql =>
  connectDatabase(url, {
    statementTimeoutMs: SEARCH_TIMEOUT_MS,
    prepare: false,
    settings: { enable_seqscan: 'off', 'pg_trgm.similarity_threshold': 0.25, 'pg_trgm.word_similarity_threshold': 0.5 },
    ...options,
  });

/**
 * Drizzle for plain reads and writes. It rewrites the parsers of the client it is given, so it gets one of its own
 * (`connectDatabase` again), never one that `db/queries` uses.
 */
export const toDrizzle = (ownSql: Sql): Database => drizzle(ownSql);
