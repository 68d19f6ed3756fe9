import { TIDIERS } from '../../db/queries/tidy.ts';
import type { CoreDeps } from '../deps.ts';

/** Rows deleted by one statement: some milliseconds of locks and log. */
const BATCH = 1000;

/**
 * Deletes old rows, a batch at a time, until none is found: what a day of sales leaves is gone in one turn. Safe to run in several
 * processes at once. Returns how many rows went; a table that can't be tidied is left for the next turn.
 */
export async function tidy(
  deps: Pick<CoreDeps, 'sql' | 'log'>,
  isStopped: () => boolean = () => false,
  batch = BATCH,
): Promise<number> {
  let total = 0;
  for (const [table, deleteSome] of Object.entries(TIDIERS)) {
    try {
      for (let deleted = batch; deleted >= batch && !isStopped(); total += deleted) {
        deleted = await deleteSome(deps.sql, batch);
      }
    } catch (error) {
      // Old rows do no harm; the next turn takes them.
      deps.log.warn({ err: error, table }, 'old rows not deleted');
    }
  }
  return total;
}
