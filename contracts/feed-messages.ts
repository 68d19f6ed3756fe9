import * as v from 'valibot';
import { boardSchema } from './board.ts';
import { PLACE_STATES } from './place.ts';

/** Socket messages (API.md, Feed). Frames are JSON objects with a `type`. */

export const roomClientMessageSchema = v.variant('type', [
  v.strictObject({ type: v.literal('hello'), token: v.pipe(v.string(), v.maxLength(3000)) }),
  v.strictObject({ type: v.literal('here') }),
]);
export type RoomClientMessage = v.InferOutput<typeof roomClientMessageSchema>;

export const roomServerMessageSchema = v.variant('type', [
  v.object({ type: v.literal('board'), ...boardSchema.entries }),
  v.object({ type: v.literal('called') }),
  v.object({
    type: v.literal('place'),
    state: v.picklist(PLACE_STATES),
    score: v.optional(v.string()),
    lateAt: v.optional(v.number()),
    againMs: v.optional(v.number()),
  }),
  v.object({ type: v.literal('admitted') }),
  v.object({ type: v.literal('message'), message: v.string() }),
  v.object({ type: v.literal('full') }),
  v.object({ type: v.literal('error'), code: v.string() }),
]);
export type RoomServerMessage = v.InferOutput<typeof roomServerMessageSchema>;

const zones = v.array(v.object({ id: v.string(), available: v.number() }));
export const performanceServerMessageSchema = v.variant('type', [
  v.object({ type: v.literal('snapshot'), version: v.string(), states: v.string(), zones }),
  v.object({
    type: v.literal('delta'),
    /** The version after this delta, and the one it starts from. */
    version: v.string(),
    from: v.string(),
    /** [index in seat-map order, new state]. */
    seats: v.array(v.tuple([v.number(), v.number()])),
    zones,
  }),
  v.object({ type: v.literal('full') }),
  v.object({ type: v.literal('error'), code: v.string() }),
]);
export type PerformanceServerMessage = v.InferOutput<typeof performanceServerMessageSchema>;

/** What a committed tick tells feed processes over pub/sub (`roomChannel`). `ids` are by lane-free ticket id. */
export const tickAnnouncementSchema = v.object({ board: v.string(), admitted: v.array(v.string()) });
export type TickAnnouncement = v.InferOutput<typeof tickAnnouncementSchema>;
