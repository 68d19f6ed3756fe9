import { isStillWished, readWishes, type WaitlistEntry } from '../../db/queries/waitlist-entries.ts';
import { newId } from '../../platform/id.ts';
import { newKeptId, readWaited, setAside, type AsideWish } from '../../redis/inventory/waited.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import { decideKept } from './decide-kept.ts';
import type { OfferDeps } from './offer-freed.ts';
import { wantsZone } from './share-out.ts';

/** Different wishes looked at in one turn, and places set aside for them at most: each is one short script. */
const MOST_WISHES = 20;
const MOST_ASIDE = 50;

/**
 * Offers what is free although somebody waits who fits: a neighbour came free beside an unsold single seat, a lost inventory was loaded
 * anew, an allocation let go. It is set aside in Redis first, where everybody else would take it, and then decided on as what a hold
 * has left. Of many wishes it is some by lot, in the order of the line, so that
 * twenty that nothing fits don't keep the others from being looked at. Whoever is first in line and fits has what is set aside, whosever
 * wish it was. Returns how often something was set aside.
 */
export async function setAsideFree(
  deps: OfferDeps & Pick<CoreDeps, 'sql' | 'scripts'>,
  performance: Performance,
): Promise<number> {
  const inventory = { room: performance.room, performanceId: performance.id };
  let aside = 0;
  for (const entry of await readWishes(deps.sql, performance.id, MOST_WISHES)) {
    for (const wish of toWishes(performance, entry)) {
      while (aside < MOST_ASIDE && (await setAside(deps.scripts, inventory, newKeptId(newId()), wish))) {
        aside += 1;
        const { kept } = await readWaited(deps.scripts, inventory);
        await decideKept(deps, performance, kept);
        // Nobody was there to take it: it has gone free again, and would for ever.
        if (!(await isStillWished(deps.sql, entry))) break;
      }
    }
  }
  return aside;
}

/** What an entry would take, zone by zone. */
const toWishes = (performance: Performance, entry: WaitlistEntry): AsideWish[] =>
  performance.zones
    .filter((zone) => wantsZone(entry, zone))
    .map(({ id: zoneId, kind }) => {
      const { partySize: quantity, accessible } = entry;
      const legs: AsideWish['legs'] = [entry.fromLeg, entry.toLeg];
      return kind === 'general'
        ? { legs, zones: [{ zoneId, quantity }], best: [] }
        : { legs, zones: [], best: [{ zoneId, quantity, accessible, mayBeSplit: false, row: 1 }] };
    });
