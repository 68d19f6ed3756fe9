import { writeVenueDocuments } from '../../db/queries/venue-search-work.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';

/**
 * Brings some events of a changed venue up to date for search, where it has too many for the change itself. Several processes may do so at
 * once. Returns how many it wrote; 0 when nothing is left.
 */
export const writeDueVenueDocuments = ({ sql }: Pick<CoreDeps, 'sql'>): Promise<number> =>
  runTransaction(sql, writeVenueDocuments);
