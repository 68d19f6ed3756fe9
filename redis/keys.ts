import { createRecentMap } from '../platform/recent-map.ts';

/**
 * Every Redis key name. All keys of a room, and of the inventory of its performances, share the hash tag `{r:<room>}`, so
 * that one script may touch them in a cluster (WAITING-ROOM §6).
 */
const tag = (room: string) => `{r:${room}}`;

/** The set of all rooms that the admission worker keeps in this Redis; missing as a whole means that Redis lost its state. */
export const ROOMS_KEY = 'rooms';

/** How each core process is, once a second (hash: process id → JSON, contracts/core-health.ts). */
export const CORE_HEALTH_KEY = 'core:health';

/** What rooms still have to sell, as core says it: hash of room → JSON (contracts/room-stock.ts). */
export const CORE_STOCK_KEY = 'core:stock';

/** Where a room's committed ticks are announced (pub/sub). */
export const roomChannel = (room: string): string => `room:${room}`;

/** Room keys that belong to no lane. */
export const roomKeys = (room: string) =>
  ({
    config: `${tag(room)}:config`,
    state: `${tag(room)}:state`,
    board: `${tag(room)}:board`,
    live: `${tag(room)}:live`,
    /** Ends of claim windows; the tickets of each stand in a set of its own (includes/unclaimed.lua). */
    unclaimed: `${tag(room)}:live:unclaimed`,
    spent: `${tag(room)}:spent`,
    ring: `${tag(room)}:ring`,
    facts: `${tag(room)}:facts`,
  }) as const;

/** Keys of one lane. */
export const laneKeys = (room: string, lane: string) =>
  ({
    waiting: `${tag(room)}:waiting:${lane}`,
    ready: `${tag(room)}:ready:${lane}`,
    /** The silent; who has to answer again stands in sets by the second (includes/seen.lua). */
    readySeen: `${tag(room)}:ready-seen:${lane}`,
    late: `${tag(room)}:late:${lane}`,
    calls: `${tag(room)}:calls:${lane}`,
    answers: `${tag(room)}:answers:${lane}`,
  }) as const;

/** The access key of one ticket: it says "admitted" (unclaimed) or "inside" (claimed), and until when. */
export const accessKey = (room: string, ticketId: string): string => `${tag(room)}:access:${ticketId}`;

/** Which ticket has an identity, by the identity's hash (includes/identity.lua). */
export const identityKey = (room: string, hash: string): string => `${tag(room)}:identity:${hash}`;

/** Inventory keys of one performance. `hold(id)` is one hold. */
export function inventoryKeys(room: string, performanceId: string): ReturnType<typeof nameInventoryKeys> {
  const prefix = `${tag(room)}:inv:${performanceId}`;
  const known = named.get(prefix);
  if (known !== undefined) return known;
  const keys = nameInventoryKeys(room, prefix);
  named.set(prefix, keys);
  return keys;
}

/** Performances whose names are kept: a booking asks for them six times. */
const KEPT = 1000;
const named = createRecentMap<ReturnType<typeof nameInventoryKeys>>(KEPT);

const nameInventoryKeys = (room: string, prefix: string) =>
  ({
    meta: `${prefix}:meta`,
    seats: `${prefix}:seats`,
    zones: `${prefix}:zones`,
    holds: `${prefix}:holds`,
    claims: `${prefix}:claims`,
    deltas: `${prefix}:deltas`,
    hold: (holdId: string) => `${prefix}:hold:${holdId}`,
    /** What an owner holds in all performances of the room, for the hold limit. */
    owner: (subject: string) => `${tag(room)}:holds-of:${subject}`,
    idempotency: (caller: string, key: string) => `${prefix}:idem:${caller}:${key}`,
    /** Booking id → version and state, for bookings that have places. */
    bookings: `${prefix}:bookings`,
    /** Tombstone of a hold that was given back: its receipt places nothing any more. */
    released: (holdId: string) => `${prefix}:released:${holdId}`,
    /** Last version of a booking whose places were freed. */
    freed: (bookingId: string) => `${prefix}:freed:${bookingId}`,
    /** Marks a booking request under way, by caller and Idempotency-Key. */
    inFlight: (caller: string, key: string) => `${prefix}:in-flight:${caller}:${key}`,
  }) as const;

/**
 * The room of a performance, so that the feed, which has no Postgres, finds its inventory. Written whenever the inventory is
 * loaded; outside the rooms' tags, because whoever reads it does not know the room yet.
 */
export const performanceRoomKey = (performanceId: string): string => `performance:${performanceId}`;

/** A limiter's counter; outside the rooms' tags, its own call. */
export const limiterKey = (name: string, subject: string): string => `limit:${name}:${subject}`;

/** A limiter of one room (redis/room/room-limit.ts); inside the room’s tag, so that its scripts judge it in the same step (ADR 0006). */
export const roomLimiterKey = (room: string, name: string, subject: string): string =>
  `${tag(room)}:limit:${name}:${subject}`;
