import type { Database } from '../../db/connect.ts';
import { readOnSaleIds, readPerformance, readSeatMap } from '../../db/queries/read-catalogue.ts';
import type { Clock } from '../../platform/clock.ts';
import { createRecentMap, type RecentMap } from '../../platform/recent-map.ts';
import { throughGate } from '../http/pool-gate.ts';
import { type ServedText, toServedText } from '../http/served-text.ts';
import { withinDeadline } from '../http/store-failure.ts';
import type { Performance } from './performance.ts';
import { createSeatIndex, type SeatIndex } from './seat-index.ts';

/** A seat map as it is served, its digest for the ETag, and its seats by id. */
export type ServedSeatMap = { served: ServedText; seats: SeatIndex };

/** Performances and seat maps, read once and kept. Reading costs Postgres nothing while the copy is fresh. */
export type Catalogue = {
  /** Null when there is no such performance. */
  performance(id: string): Promise<Performance | null>;
  seatMap(id: string): Promise<ServedSeatMap>;
  /** Has a performance read anew when it is asked for next; for who has changed it. Other processes do so within seconds. */
  forget(id: string): void;
  /** Every performance that is on sale now or within a minute; not cached. */
  onSaleIds(): Promise<string[]>;
};

/** How long a performance is believed, in ms: operators change its prices, times and status, and see it in force within seconds. */
const FRESH_MS = 3000;
/** How long before its on-sale time a performance counts as on sale to who prepares the sale, in seconds. */
const AHEAD_SECONDS = 60;
/** Copies kept at most; the one used longest ago goes first. A stadium's map takes about 40 MB with its index. */
const MAX_PERFORMANCES = 2000;
const MAX_SEAT_MAPS = 20;

/** What was read, shared by the catalogues of one process. Ids that mean nothing are not kept: strangers make them up. */
export type CatalogueMemory = {
  performances: RecentMap<{ value: Performance; readAtMs: number }>;
  maps: RecentMap<ServedSeatMap>;
};

/** An empty memory. */
export const createCatalogueMemory = (): CatalogueMemory => ({
  performances: createRecentMap(MAX_PERFORMANCES),
  maps: createRecentMap(MAX_SEAT_MAPS),
});

/**
 * A catalogue that reads through one pool into a memory which others may share: reads under way are its own, so that whoever waits
 * for a crowded pool keeps nobody else waiting. A failed read is not kept. Errors: `store_unavailable`, `busy`.
 */
export function createCatalogue(db: Database, clock: Clock, memory: CatalogueMemory): Catalogue {
  const loading = new Map<string, Promise<Performance | null>>();
  const loadingMaps = new Map<string, Promise<ServedSeatMap>>();

  const seatMap = async (id: string): Promise<ServedSeatMap> =>
    memory.maps.get(id) ??
    once(loadingMaps, id, async () => {
      const { document, text, sha256 } = await throughGate(db, () => readSeatMap(db, id));
      const map = { served: toServedText(text, `"${sha256}"`), seats: createSeatIndex(document) };
      memory.maps.set(id, map);
      return map;
    });

  const load = async (id: string): Promise<Performance | null> => {
    const known = memory.performances.get(id);
    try {
      const facts = await withinDeadline(db, () => readPerformance(db, id));
      if (facts === null) return null;
      const { seats } = await seatMap(facts.seatMapId);
      const value = { ...facts, seats };
      memory.performances.set(id, { value, readAtMs: clock.nowMs() });
      return value;
    } catch (error) {
      if (known === undefined) throw error;
      // Postgres being away must not stop those who buy: what was known stays known until it is back.
      memory.performances.set(id, { value: known.value, readAtMs: clock.nowMs() });
      return known.value;
    }
  };

  return {
    seatMap,
    async performance(id) {
      const known = memory.performances.get(id);
      if (known !== undefined && clock.nowMs() - known.readAtMs < FRESH_MS) return known.value;
      return once(loading, id, () => load(id));
    },
    forget: (id) => memory.performances.delete(id),
    onSaleIds: () => withinDeadline(db, () => readOnSaleIds(db, AHEAD_SECONDS)),
  };
}

/** One read in flight a key. Their number is that of the requests under way, which the pool's gate bounds. */
function once<T>(inFlight: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const running = inFlight.get(key);
  if (running !== undefined) return running;
  const started = read().finally(() => inFlight.delete(key));
  inFlight.set(key, started);
  return started;
}
