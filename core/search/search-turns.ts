import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { OperatingError } from '../../platform/operating-error.ts';

/** Searches at work at once: each sends one statement after the other, so that as many connections do for them. */
export const SEARCHES_AT_WORK = 2;
/** Searches of one process that wait for their turn. */
const MAX_WAITING = 48;
/** How long one waits for its turn at most, ms: then it still has the time for its statements before the answer is due. */
const MAX_WAIT_MS = 400;

/** Runs a search when its turn has come. Throws `busy`. */
export type SearchTurns = <T>(search: () => Promise<T>) => Promise<T>;

/**
 * Turns for searches, first come, first served. Who has waited for too long is told `busy` and not searched for: in a rush all the work
 * would go to those who were answered already, and nobody would find anything.
 */
export function createSearchTurns(now: () => number = () => performance.now()): SearchTurns {
  const turns = bulkhead(SEARCHES_AT_WORK, MAX_WAITING);
  const busy = () => new OperatingError('busy', {}, { message: 'too many searches wait for their turn' });
  return async (search) => {
    const askedAt = now();
    try {
      return await turns.execute(() => {
        if (now() - askedAt > MAX_WAIT_MS) throw busy();
        return search();
      });
    } catch (error) {
      throw isBulkheadRejectedError(error) ? busy() : error;
    }
  };
}
