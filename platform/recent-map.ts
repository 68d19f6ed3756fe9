/** A map that keeps its most recently used entries: made-up keys can't push out what is in use. */
export type RecentMap<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
};

/** What all values together may weigh, where some are a thousand times larger than others; `of` is asked when one is set. */
export type WeightBound<T> = { max: number; of: (value: T) => number };

/** Keeps at most `max` entries, and of these what `weight` allows; the one used longest ago goes first. */
export function createRecentMap<T>(max: number, weight: WeightBound<T> = { max: 0, of: () => 0 }): RecentMap<T> {
  const entries = new Map<string, { value: T; weight: number }>();
  let total = 0;
  /** The one used last, which stays where it is when it is used again: to move it costs what a look does ten times. */
  let newest: string | null = null;
  const drop = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (key === newest) return entry.value;
      newest = key;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      drop(key);
      const entry = { value, weight: weight.of(value) };
      entries.set(key, entry);
      newest = key;
      total += entry.weight;
      while (entries.size > max || total > weight.max) drop(entries.keys().next().value ?? '');
    },
    delete: drop,
  };
}
