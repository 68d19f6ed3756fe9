import { hashAllocationCode } from '../../contracts/blocks.ts';
import { type HoldView, holdRequestSchema } from '../../contracts/holds.ts';
import type { HeldItem } from '../../contracts/token-claims.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { type PlacedHold, type PlaceHoldOutcome, placeHold } from '../../redis/inventory/place-hold.ts';
import { type Performance, zoneOf } from '../catalogue/performance.ts';
import { requireOnSale } from '../catalogue/require-on-sale.ts';
import { requirePerformance } from '../catalogue/require-performance.ts';
import type { CoreDeps } from '../deps.ts';
import { requirePass } from '../http/credentials.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { invalidRequest, readJson } from '../http/json-body.ts';
import { headersOf, type AnyRequest } from '../http/node-request.ts';
import { toPlaces } from '../inventory/places.ts';
import { toHoldView } from './hold-view.ts';
import { limitHolds } from './limit-holds.ts';
import { resolveWish } from './resolve-wish.ts';

/**
 * `POST holds`: pass, key, body, performance, room, wish, then one script. A bad pass is refused before anything else is
 * looked at; of another room, before the inventory is. Refuses with the codes of the script and of those steps.
 */
export async function placeHoldRequest(
  deps: CoreDeps,
  request: AnyRequest,
): Promise<{ view: HoldView; replayed: boolean }> {
  const headers = headersOf(request);
  const pass = await requirePass(deps, headers);
  const idempotencyKey = requireIdempotencyKey(headers);
  const wish = await readJson(request, holdRequestSchema);
  const performance = await requirePerformance(deps, wish.performanceId);
  if (performance.room !== pass.room) throw new OperatingError('not_admitted');
  requireOnSale(performance, deps.clock.nowMs());
  const resolved = resolveWish(performance, wish);
  if (!resolved.ok) throw invalidRequest(resolved.errors);

  const { items, best, legs } = resolved;
  const { allocationCode: code } = wish;
  const outcome = await deps.inventory.use(performance, async () =>
    placeHold(deps.scripts, {
      room: performance.room,
      performanceId: performance.id,
      holdId: newId(),
      owner: pass.sub,
      identity: pass.identity,
      places: toPlaces(performance, items, legs),
      best,
      codeHash: code === undefined ? undefined : await hashAllocationCode(performance.id, code),
      idempotencyKey,
      bodyHash: bodyHash('POST /v1/holds', wish),
      limit: limitHolds(pass.sub),
    }),
  );
  if (outcome.outcome !== 'placed') throw toRefusal(performance, outcome);
  const { hold } = outcome;
  const view = await toHoldView(deps, performance, {
    holdId: hold.holdId,
    owner: pass.sub,
    identity: pass.identity,
    fence: hold.fence,
    items: fromAllocation(performance, [...items, ...chosenItems(performance, items, hold.seats)], hold),
    legs,
    expiresAtMs: hold.expiresAtMs,
    maxExpiresAtMs: hold.maxExpiresAtMs,
    nowMs: hold.nowMs,
  });
  return { view, replayed: outcome.replayed };
}

/** The lines as the script gave them: seats and places of an allocation name it. */
function fromAllocation(performance: Performance, items: readonly HeldItem[], hold: PlacedHold): HeldItem[] {
  const { blockId } = hold;
  if (blockId === undefined) return [...items];
  const own = new Set([
    ...hold.blockSeats.map((seat) => performance.seats.at(seat)),
    ...hold.zones.flatMap((zone) => (zone.blockId === undefined ? [] : [`zone ${zone.zoneId}`])),
  ]);
  return items.map((item) => (own.has(item.seatId ?? `zone ${item.zoneId}`) ? { ...item, blockId } : item));
}

/** Lines for the seats that the hold script has chosen: all it holds but those that were named. */
function chosenItems(performance: Performance, items: readonly HeldItem[], seats: readonly number[]): HeldItem[] {
  const named = new Set(items.map((item) => item.seatId));
  return seats.flatMap((index) => {
    const seatId = performance.seats.at(index);
    if (seatId === undefined) throw new Error(`performance ${performance.id} has no seat number ${index}`);
    if (named.has(seatId)) return [];
    const zone = zoneOf(performance, performance.seats.find(seatId)?.zoneId ?? '');
    if (zone === undefined) throw new Error(`seat ${seatId} of performance ${performance.id} lies in no zone`);
    return [{ zoneId: zone.id, seatId, quantity: 1, priceMinor: zone.priceMinor }];
  });
}

function toRefusal(
  performance: Performance,
  refused: Exclude<PlaceHoldOutcome, { outcome: 'placed' }>,
): OperatingError {
  switch (refused.outcome) {
    case 'limit_reached':
      return new OperatingError('limit_reached', { extra: { limit: refused.limit, held: refused.held } });
    case 'zone_sold_out':
      return soldOut(refused);
    case 'seats_unavailable':
      return new OperatingError('seats_unavailable', {
        extra: { seats: refused.seats.map((seat) => performance.seats.at(seat)) },
      });
  }
}

function soldOut({
  zoneId,
  available,
  together,
}: Extract<PlaceHoldOutcome, { outcome: 'zone_sold_out' }>): OperatingError {
  const extra = { zoneId, available, ...(together === undefined ? {} : { together }) };
  if (together === undefined || together === available) return new OperatingError('zone_sold_out', { extra });
  return new OperatingError('zone_sold_out', { extra, detail: `Only ${together} of the seats left lie side by side.` });
}
