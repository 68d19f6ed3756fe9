import { isRetryable } from '../../contracts/errors.ts';
import { forgetWaited, takeWaitedPerformances } from '../../db/queries/waitlist-entries.ts';
import { readDueOffers } from '../../db/queries/waitlist-offers.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { dropWaited, readWaited } from '../../redis/inventory/waited.ts';
import { applyOneBlock } from '../blocks/apply-blocks.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { decideKept } from './decide-kept.ts';
import { endOffer } from './end-offer.ts';
import { noteWaitedZones } from './note-waited-zones.ts';
import { setAsideFree } from './set-aside-free.ts';

export type WaitlistDeps = Pick<CoreDeps, 'sql' | 'scripts' | 'catalogue' | 'clock' | 'inventory' | 'log'>;

/** Offers ended in a turn, and performances looked at in one; and how long these are left to one process, seconds: about a sweep. */
const OFFERS = 50;
const PERFORMANCES = 20;
const LEASE_SECONDS = 2;

/**
 * One turn of the waitlist: ends offers whose time is over, offers what ended holds have left behind, and what is free although somebody
 * waits for it. Several processes may take turns at once. Returns how many offers and kept places it worked off.
 */
export async function runWaitlist(deps: WaitlistDeps): Promise<number> {
  let done = 0;
  for (const id of await readDueOffers(deps.sql, OFFERS)) if (await endDueOffer(deps, id)) done += 1;
  for (const id of await takeWaitedPerformances(deps.sql, PERFORMANCES, LEASE_SECONDS)) done += await lookAt(deps, id);
  return done;
}

async function endDueOffer(deps: WaitlistDeps, id: string): Promise<boolean> {
  const isDue = { state: 'lapsed', mayEnd: (offer: { isOver: boolean }) => offer.isOver } as const;
  try {
    const ended = await runTransaction(deps.sql, (tx) => endOffer(tx, deps, id, isDue));
    // At once where it can be; the rows make good what can't.
    if (ended) await applyOneBlock(deps, id);
    return ended;
  } catch (error) {
    deps.log.warn({ err: error, offer: id }, 'offer not ended');
    return false;
  }
}

async function lookAt(deps: WaitlistDeps, id: string): Promise<number> {
  try {
    const performance = await deps.catalogue.performance(id);
    return performance === null ? 0 : await deps.inventory.use(performance, () => sweepPerformance(deps, performance));
  } catch (error) {
    const isAwaited = error instanceof OperatingError && isRetryable(error.code);
    if (!isAwaited) deps.log.warn({ err: error, performance: id }, 'waitlist not looked at');
    return 0;
  }
}

/** Notes are read before Postgres, so that a note of somebody who joins in between outlives this. */
async function sweepPerformance(deps: WaitlistDeps, performance: Performance): Promise<number> {
  const inventory = { room: performance.room, performanceId: performance.id };
  const { zones: noted, kept } = await readWaited(deps.scripts, inventory);
  const waited = await noteWaitedZones(deps, performance);
  const over = noted.filter(({ zoneId }) => waited.every((zone) => zone.zoneId !== zoneId));
  if (over.length > 0) await dropWaited(deps.scripts, inventory, over);
  await decideKept(deps, performance, kept);
  const aside = waited.length === 0 ? 0 : await setAsideFree(deps, performance);
  if (waited.length === 0 && noted.length === 0 && kept.length === 0) await forgetWaited(deps.sql, performance.id);
  return kept.length + aside;
}
