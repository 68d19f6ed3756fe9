import type { Transaction } from '../../db/connect.ts';
import { endEntry, lockEntry } from '../../db/queries/waitlist-entries.ts';
import { readOffer } from '../../db/queries/waitlist-offers.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { applyOneBlock } from '../blocks/apply-blocks.ts';
import { endOffer } from './end-offer.ts';

type Deps = Pick<CoreDeps, 'sql' | 'scripts' | 'catalogue' | 'clock' | 'log'>;

/** Takes an entry out of the line; what it was offered goes to the next by the same commit. Idempotent. */
export async function leaveWaitlist(deps: Deps, id: string): Promise<void> {
  for (;;) {
    const left = await runTransaction(deps.sql, (tx) => leave(tx, deps, id));
    if (left === 'look_again') continue;
    // At once where it can be; the rows make good what can't.
    if (left !== null) await applyOneBlock(deps, left.offerId);
    return;
  }
}

/** The offer that ended with it, or null. Zones are locked before the entry: one that is offered something in between begins anew. */
async function leave(tx: Transaction, deps: Deps, id: string): Promise<{ offerId: string } | 'look_again' | null> {
  const offer = await readOffer(tx, id);
  if (offer !== null) {
    const ended = await endOffer(tx, deps, offer.id, { state: 'left', mayEnd: () => true });
    return ended ? { offerId: offer.id } : 'look_again';
  }
  const entry = await lockEntry(tx, id);
  if (entry?.state === 'offered') return 'look_again';
  if (entry?.state === 'waiting') await endEntry(tx, id, 'left');
  return null;
}
