import type { InventoryRef } from './inventory-ref.ts';

/** One hold as its receipt names it: owner and fence must both match what Redis keeps. */
export type HoldRef = InventoryRef & { holdId: string; owner: string; fence: string };

/** Whose hold limit a hold counts against: the identity's (a hash) where its pass carries one, else its owner's. */
export type Holder = { owner: string; identity?: string | undefined };

/** The holder as `holds-of:` names it; an identity is never taken for an owner. */
export const limitSubject = ({ owner, identity }: Holder): string =>
  identity === undefined ? owner : `identity:${identity}`;
