import { createHash } from 'node:crypto';
import type { InventorySnapshot } from '../../redis/inventory/availability.ts';
import { type ServedText, toServedText } from '../http/served-text.ts';
import type { LegRange } from './performance.ts';
import { toAvailabilityView } from './views.ts';

/** A snapshot's texts by stretch; they go with it. */
const texts = new WeakMap<InventorySnapshot, Map<string, ServedText>>();

/**
 * What is free on a stretch, as text: made once a snapshot, however many ask. The tag is the content's own: a version may stand for two
 * contents while Redis is away.
 */
export function availabilityText(snapshot: InventorySnapshot, legs: LegRange): ServedText {
  const own = texts.get(snapshot) ?? new Map<string, ServedText>();
  texts.set(snapshot, own);
  const made = own.get(legs.join('-'));
  if (made !== undefined) return made;
  const text = JSON.stringify(toAvailabilityView(snapshot, legs));
  const served = toServedText(text, `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`);
  own.set(legs.join('-'), served);
  return served;
}
