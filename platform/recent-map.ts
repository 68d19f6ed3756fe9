/** A map that keeps its most recently used entries: made-up keys can't push out what is in use. */
export type RecentMap<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
};

/** Keeps at most `max` entries; the one used longest ago goes first. */
export function createRecentMap<T>(max: number): RecentMap<T> {
  const entries = new Map<string, T>();
  const put = (key: string, value: T): void => {
    entries.delete(key);
    entries.set(key, value);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) put(key, value);
      return value;
    },
    set(key, value) {
      put(key, value);
      if (entries.size > max) entries.delete(entries.keys().next().value ?? '');
    },
    delete: (key) => void entries.delete(key),
  };
}
