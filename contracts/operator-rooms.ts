import * as v from 'valibot';
import type { AutopilotState } from './autopilot.ts';
import type { CoreHealth } from './core-health.ts';
import { roomIdSchema, roomSettingsSchema } from './room-settings.ts';

/** What operators send about rooms besides settings, and what they read of them (API.md, operator/rooms). */

/** Characters of an announcement at most: what a phone shows without scrolling. */
export const MAX_MESSAGE_LENGTH = 280;
/** Control characters, and those that turn the direction of the text around them. */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** What `POST operator/rooms` takes: the room's id, and any settings; the others get their defaults, the name is the id. */
export const newRoomSchema = v.strictObject({ room: roomIdSchema, ...v.partial(roomSettingsSchema).entries });
export type NewRoom = v.InferOutput<typeof newRoomSchema>;

/** What `POST operator/rooms/{room}/announce` takes; an empty message takes the last one down. */
export const announcementSchema = v.strictObject({
  message: v.pipe(
    v.string(),
    v.trim(),
    // With the u flag one dot is one code point, so that an emoji counts once.
    v.regex(new RegExp(`^.{0,${MAX_MESSAGE_LENGTH}}$`, 'su'), `at most ${MAX_MESSAGE_LENGTH} characters`),
    v.check((text) => !UNSEEN.test(text), 'no control characters and no line breaks'),
  ),
});

/** What `POST operator/rooms/{room}/revoke` takes. */
export const revocationSchema = v.strictObject({
  ticketId: v.pipe(v.string(), v.regex(/^[\w-]{22}$/, 'a ticket id: 22 characters of base64url')),
});

/** What `POST operator/tokens/revoke` takes: the `jti` of an operator token. */
export const tokenRevocationSchema = v.strictObject({
  jti: v.pipe(v.string(), v.regex(/^[\w-]{8,64}$/, 'the jti of an operator token')),
});

export const ROOM_STATES = ['lobby', 'open', 'paused', 'closed'] as const;

/** What `GET operator/rooms/{room}` answers: the settings, flat, with what surrounds them. `version` is also the `ETag`. */
export const roomViewSchema = v.object({
  ...roomSettingsSchema.entries,
  room: v.string(),
  version: v.pipe(v.number(), v.integer()),
  state: v.picklist(ROOM_STATES),
  message: v.nullable(v.string()),
  performances: v.array(v.string()),
  now: v.string(),
});
export type RoomView = v.InferOutput<typeof roomViewSchema>;

/** One lane's counts as of the last board. */
export type LaneStats = {
  name: string;
  weight: number;
  waiting: number;
  ready: number;
  late: number;
  calledTo: string;
  admittedTo: string;
};

/** What `GET operator/rooms/{room}/stats` answers: the last board's counts beside the limits in force. */
export type RoomStats = {
  room: string;
  phase: string | null;
  tick: number | null;
  /** Time of the board's tick. */
  at: string | null;
  /** Why admission stands still although the room is open. */
  held: string | null;
  /** Redis did not answer: the board's part is empty. */
  storeAway: boolean;
  /** Redis has no state of this room, or an older one than Postgres: it is being restored. */
  recovering: boolean;
  waiting: number;
  ready: number;
  late: number;
  active: number;
  admittedPerMinute: number;
  admittedTotal: number;
  /** Tickets that operators took out, ever; those that no tick has seen yet among them. */
  revokedTotal: number;
  newUsersPerMinute: number;
  /** The rate in force: `newUsersPerMinute`, unless an autopilot has lowered it. */
  effectiveUsersPerMinute: number;
  /** Why the autopilot's rate is what it is; null without one. */
  autopilotReason: AutopilotState['reason'] | null;
  totalActiveUsers: number;
  remaining: number | null;
  configVersion: number;
  message: string | null;
  opensAt: string | null;
  lanes: LaneStats[];
  bookings: { pendingPayment: number; confirmed: number };
  /** Every core process that said something in the last minute; `ageMs` by Redis's clock. */
  core: (Omit<CoreHealth, 'at'> & { process: string; ageMs: number })[];
  now: string;
};
