import type { RoomLimit } from '../../redis/room/room-limit.ts';

/** Holds and extensions one pass may ask for a minute: a person who chooses seats stays below twenty. */
const ASKED_PER_MINUTE = 120;
const MINUTE_MS = 60_000;

/**
 * The limit on requests to hold and to extend, by the pass's subject: each leaves a record of its Idempotency-Key in Redis, so they
 * have to be bounded (ADR 5). Their scripts count them.
 */
export const limitHolds = (subject: string): RoomLimit => ({
  name: 'hold',
  subject,
  max: ASKED_PER_MINUTE,
  windowMs: MINUTE_MS,
});
