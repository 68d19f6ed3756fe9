import { isLostConnection } from './failure.ts';

/**
 * Whether an error is of a question that nobody waits for: the driver asks each new connection for the server's array types by itself,
 * and a connection that is lost at that moment leaves a rejection without a handler, which would end the process. Whoever wanted the
 * connection is told on their own, and the next connection asks again.
 */
export function isUnheardLoss(error: unknown): boolean {
  if (!isLostConnection(error) || !(error instanceof Error) || !('query' in error)) return false;
  return typeof error.query === 'string' && error.query.includes("where a.typcategory = 'A'");
}
