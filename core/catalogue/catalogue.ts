import type { Database } from '../../db/connect.ts';
import { readOnSaleIds, readPerformance, readSeatMap } from '../../db/queries/read-catalogue.ts';
import type { Clock } from '../../platform/clock.ts';
import { withinDeadline } from '../http/store-failure.ts';
import type { Performance } from './performance.ts';
import { createSeatIndex, type SeatIndex } from './seat-index.ts';

/** A seat map as it is served: its text, the ETag's digest, and its seats by id. */
export type ServedSeatMap = { text: string; sha256: string; seats: SeatIndex };

/** Performances and seat maps, read once and kept. Reading costs Postgres nothing while the copy is fresh. */
export type Catalogue = {
  /** Null when there is no such performance. */
  performance(id: string): Promise<Performance | null>;
  seatMap(id: string): Promise<ServedSeatMap>;
  /** Every performance that is on sale now; not cached. */
  onSaleIds(): Promise<string[]>;
};

/** How long a performance is believed, in ms: its status may change, everything else is fixed when it is published. */
const FRESH_MS = 10_000;
/** Copies kept at most; the oldest goes first. A stadium's map takes about 40 MB with its index. */
const MAX_PERFORMANCES = 2000;
const MAX_SEAT_MAPS = 20;

type Entry = { value: Promise<Performance | null>; readAtMs: number };

/** A catalogue over a pool of its own. A failed read is not kept. Errors: `store_unavailable`. */
export function createCatalogue(db: Database, clock: Clock): Catalogue {
  const performances = new Map<string, Entry>();
  const maps = new Map<string, Promise<ServedSeatMap>>();

  const seatMap = (id: string): Promise<ServedSeatMap> =>
    remember(maps, MAX_SEAT_MAPS, id, async () => {
      const { document, text, sha256 } = await readSeatMap(db, id);
      return { text, sha256, seats: createSeatIndex(document) };
    });

  const load = async (id: string): Promise<Performance | null> => {
    const facts = await withinDeadline(db, () => readPerformance(db, id));
    if (facts === null) return null;
    const { seats } = await seatMap(facts.seatMapId);
    return { ...facts, seats };
  };

  return {
    seatMap,
    performance(id) {
      const known = performances.get(id);
      if (known !== undefined && clock.nowMs() - known.readAtMs < FRESH_MS) return known.value;
      const entry: Entry = { value: load(id), readAtMs: clock.nowMs() };
      if (performances.size >= MAX_PERFORMANCES) performances.delete(performances.keys().next().value ?? '');
      performances.set(id, entry);
      // Postgres being away must not stop those who buy: what was known stays known until it is back.
      entry.value = entry.value.catch((error: unknown) => {
        if (known === undefined) performances.delete(id);
        else performances.set(id, { value: known.value, readAtMs: clock.nowMs() });
        if (known !== undefined) return known.value;
        throw error;
      });
      return entry.value;
    },
    onSaleIds: () => withinDeadline(db, () => readOnSaleIds(db)),
  };
}

/** One read in flight a key; a failure is forgotten, so that the next call tries again. */
function remember<T>(kept: Map<string, Promise<T>>, max: number, key: string, read: () => Promise<T>): Promise<T> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const value = read();
  if (kept.size >= max) kept.delete(kept.keys().next().value ?? '');
  kept.set(key, value);
  value.catch(() => kept.delete(key));
  return value;
}
