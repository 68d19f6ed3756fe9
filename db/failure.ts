import postgres from 'postgres';

/** What went wrong in the server, as far as callers decide by it. */
const RETRYABLE = new Set(['40P01', '40001', '57014', '55P03']);
const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
]);

/** The name of the constraint that refused a write (23505, 23514, 23503), or null when the error is something else. */
export function violatedConstraint(error: unknown): string | null {
  if (!(error instanceof postgres.PostgresError) || !error.code.startsWith('23')) return null;
  return error.constraint_name ?? null;
}

/**
 * Whether the same transaction may succeed when it is run again at once: deadlock, serialisation, a time-out, a lost connection. A
 * server that can't be reached at all is none of these: its callers answer 503.
 */
export const isTransient = (error: unknown): boolean => {
  const code = codeOf(error);
  return RETRYABLE.has(code) || isLostConnection(error);
};

/** Whether the connection broke, so that a commit under way may or may not have happened. */
export const isLostConnection = (error: unknown): boolean => {
  const code = codeOf(error);
  return LOST.has(code) || code.startsWith('57P') || code.startsWith('08');
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
