import type { HoldView } from '../../contracts/holds.ts';
import type { HeldItem } from '../../contracts/token-claims.ts';
import { isoTime } from '../../platform/clock.ts';
import { legCodes, type LegRange, type Performance } from '../catalogue/performance.ts';
import type { CoreConfig } from '../config.ts';
import type { CoreDeps } from '../deps.ts';

/** A living hold, from Redis and the request or receipt together. Times are Redis ms. */
export type LivingHold = {
  holdId: string;
  owner: string;
  /** Whose limit it counts against, when not the owner's. */
  identity?: string | undefined;
  fence: string;
  items: HeldItem[];
  legs: LegRange;
  expiresAtMs: number;
  maxExpiresAtMs: number;
  nowMs: number;
};

/** The answer to whoever has a hold, with a receipt signed for its present end. */
export async function toHoldView(
  deps: Pick<CoreDeps, 'keys'> & { config: Pick<CoreConfig, 'origin'> },
  performance: Performance,
  hold: LivingHold,
): Promise<HoldView> {
  const { holdId, fence, items, legs, expiresAtMs, maxExpiresAtMs, nowMs } = hold;
  const receipt = await deps.keys.signReceipt({
    issuer: deps.config.origin,
    room: performance.room,
    performanceId: performance.id,
    owner: hold.owner,
    holdId,
    items,
    legs,
    fence,
    identity: hold.identity,
    expiresAtMs,
    maxExpiresAtMs,
    nowMs,
  });
  const codes = legCodes(performance, legs);
  const view: HoldView = {
    holdId,
    performanceId: performance.id,
    receipt,
    fence,
    expiresAt: isoTime(expiresAtMs),
    maxExpiresAt: isoTime(maxExpiresAtMs),
    items: items.map(({ zoneId, seatId, quantity, priceMinor }) =>
      seatId === undefined ? { zoneId, quantity, priceMinor } : { zoneId, seatId, quantity, priceMinor },
    ),
    total: {
      amountMinor: items.reduce((sum, item) => sum + item.quantity * item.priceMinor, 0),
      currency: performance.currency,
    },
    now: isoTime(nowMs),
  };
  return codes === undefined ? view : { ...view, legs: codes };
}
