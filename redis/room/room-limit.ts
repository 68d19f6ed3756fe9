import type { Limit } from '../take-limit.ts';
import { roomLimiterKey } from '../keys.ts';

/**
 * A limiter inside a room's hash tag, which the scripts judge in the same step as what they do (ADR 6): `join` counts a client's new
 * tickets, `again` the joins of a known one, `me` its exact looks, `hold` what a pass asks of holds.
 */
export type RoomLimit = Limit & { name: 'join' | 'again' | 'me' | 'hold' };

/** The limiter's key, where there is a limit: it stands behind the keys of the ticket. */
export const limiterKeys = (room: string, limit: RoomLimit | undefined): string[] =>
  limit === undefined ? [] : [roomLimiterKey(room, limit.name, limit.subject)];
