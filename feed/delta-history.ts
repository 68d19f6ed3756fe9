import type { InventoryDelta } from '../redis/inventory/read-deltas.ts';

/** Changes kept for those who come back, per performance: some minutes of a busy sale, about 100 KB. */
const MAX_KEPT = 2000;

/** The last changes of one inventory without a gap, so that a herd that comes back asks Redis nothing. */
export type DeltaHistory = {
  /** Adds what follows the last change. */
  append(deltas: readonly InventoryDelta[]): void;
  /** Starts anew: complete from `version` on. */
  reset(version: string, deltas?: readonly InventoryDelta[]): void;
  /** All changes after a version; null when it is not covered. */
  since(version: string): readonly InventoryDelta[] | null;
};

/** A history that covers nothing yet. */
export function createDeltaHistory(): DeltaHistory {
  let first = '';
  let kept: InventoryDelta[] = [];
  return {
    append(deltas) {
      kept.push(...deltas);
      const excess = kept.length - MAX_KEPT;
      if (excess <= 0) return;
      first = kept[excess - 1]?.version ?? first;
      kept = kept.slice(excess);
    },
    reset(version, deltas = []) {
      first = version;
      kept = [...deltas];
    },
    since(version) {
      if (version === first) return kept;
      const index = kept.findIndex((delta) => delta.version === version);
      return index === -1 ? null : kept.slice(index + 1);
    },
  };
}
