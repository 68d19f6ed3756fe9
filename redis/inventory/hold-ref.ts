import type { InventoryRef } from './inventory-ref.ts';

/** One hold as its receipt names it: owner and fence must both match what Redis keeps. */
export type HoldRef = InventoryRef & { holdId: string; owner: string; fence: string };
