import * as v from 'valibot';
import { seatIdSchema, slugSchema, stopCodeSchema } from './catalogue.ts';
import { plainText } from './plain-text.ts';

/** Most seats one block names: what a body of 64 KB holds. More take several blocks. */
export const MAX_BLOCK_SEATS = 2000;
/** Most places of a general zone in one block. */
const MAX_BLOCK_PLACES = 1_000_000;
/** Most different items (zones) in one block. */
const MAX_BLOCK_ITEMS = 50;

/** What a buyer types to have places of an allocation. Compared as it is, but for spaces around it. */
export const allocationCodeSchema = plainText(4, 64);

const seatsItem = v.strictObject({
  zoneId: slugSchema,
  seats: v.pipe(
    v.array(seatIdSchema),
    v.minLength(1),
    v.maxLength(MAX_BLOCK_SEATS),
    v.check((seats) => new Set(seats).size === seats.length, 'names a seat twice'),
  ),
});
const placesItem = v.strictObject({
  zoneId: slugSchema,
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_BLOCK_PLACES)),
});

/**
 * `POST operator/performances/{id}/blocks` (API.md): places that leave the public sale. With a code they are a channel's allocation:
 * who brings it with a hold may have them. `legs` are stop codes; absent = the whole run.
 */
export const blockRequestSchema = v.strictObject({
  name: v.optional(plainText(1, 100), 'Blocked'),
  items: v.pipe(
    v.array(v.union([seatsItem, placesItem], 'name either seats or a quantity')),
    v.minLength(1),
    v.maxLength(MAX_BLOCK_ITEMS),
  ),
  legs: v.optional(v.strictObject({ from: stopCodeSchema, to: stopCodeSchema })),
  allocationCode: v.optional(allocationCodeSchema),
});
export type BlockRequest = v.InferOutput<typeof blockRequestSchema>;

/** `PATCH operator/performances/{id}/blocks/{blockId}`: what it is called. Other places, or another code, are another block. */
export const blockPatchSchema = v.strictObject({ name: plainText(1, 100) });

/** A block as operators see it; its code is not kept, and not shown again. */
export type BlockView = {
  blockId: string;
  performanceId: string;
  name: string;
  kind: 'blocked' | 'allocation';
  items: ({ zoneId: string; seats: string[] } | { zoneId: string; quantity: number })[];
  legs?: { from: string; to: string };
  /** Places in all, and how many of them are sold or about to be, counted on the leg that has most. */
  places: number;
  sold: number;
  createdBy: string;
  createdAt: string;
  /** Counts its changes: what `If-Match` names. */
  version: number;
};

/**
 * A code as the stores know it: SHA-256 over performance and code, hex, so that whoever reads a store has no code. Not slow on purpose:
 * it is computed for a hold; codes are guessed against the limit on holds, not against this.
 */
export async function hashAllocationCode(performanceId: string, code: string): Promise<string> {
  const text = new TextEncoder().encode(`${performanceId}\n${code.trim()}`);
  const digest = await crypto.subtle.digest('SHA-256', text);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
