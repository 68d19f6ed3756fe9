import * as v from 'valibot';
import { identityKeysSchema } from './identity-keys.ts';
import { plainText } from './plain-text.ts';

const ROOM_ID = /^[a-z0-9][a-z0-9-]{0,47}$/;

/** A room's name: it stands in addresses, cookie names and Redis keys, so it is a short slug. */
export const roomIdSchema = v.pipe(v.string(), v.regex(ROOM_ID, 'a slug of 1 to 48 of a-z, 0-9 and -'));

/** Whether a text can be a room's name, for who asks with each request: a tenth of what the schema costs. */
export const isRoomId = (text: string | undefined): text is string => text !== undefined && ROOM_ID.test(text);

/** A lane's name inside its room. */
export const laneNameSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'a slug of 1 to 32 of a-z, 0-9 and -'),
);

/** The lane of a room that has defined none. */
export const DEFAULT_LANE = 'general';

/** What a newcomer may have to solve before joining. */
export const CHALLENGES = ['none', 'altcha', 'turnstile'] as const;
export type Challenge = (typeof CHALLENGES)[number];

/** How later joins are put in order; who waits keeps the place they have. */
export const QUEUEING_METHODS = ['fifo', 'random', 'passthrough', 'reject'] as const;

/** Who sets a room's rate. */
export const MODES = ['manual', 'autopilot'] as const;

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const time = v.pipe(v.string(), v.isoTimestamp());
const host = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9.-]{1,253}(:\d{1,5})?$/, 'a host name, with a port where it needs one'),
);

/** A word that opens a lane; long enough that guessing it takes longer than a sale. */
export const laneCodeSchema = v.pipe(v.string(), v.trim(), v.minLength(4), v.maxLength(64));

/** Lanes of a room at most: each costs a line of the board. */
const MAX_LANES = 8;
const laneSchema = v.strictObject({
  name: laneNameSchema,
  /** Its share of the admissions beside the other lanes'. */
  weight: whole(1, 1000),
  /** A lane with codes takes only who brings one. */
  codes: v.optional(v.pipe(v.array(laneCodeSchema), v.maxLength(1000))),
});
const lanesSchema = v.pipe(
  v.array(laneSchema),
  v.minLength(1),
  v.maxLength(MAX_LANES),
  v.check((lanes) => new Set(lanes.map(({ name }) => name)).size === lanes.length, 'each lane may be named once'),
);
export type RoomLane = v.InferOutput<typeof laneSchema>;

const fields = {
  name: plainText(1, 120),
  /** People let in a minute, at most. 0 lets nobody in. */
  newUsersPerMinute: whole(0, 600_000),
  /** Live access keys at most: people inside at the same time. */
  totalActiveUsers: whole(0, 10_000_000),
  sessionDurationSeconds: whole(60, 4 * 3600),
  claimWindowSeconds: whole(10, 1800),
  queueingMethod: v.picklist(QUEUEING_METHODS),
  /** Who sets the rate: the operator, or the admission worker by core's health and the stock, between the two bounds below. */
  mode: v.picklist(MODES),
  /** The autopilot's bounds, people a minute; `newUsersPerMinute` stays above both. Null where no autopilot needs them. */
  minUsersPerMinute: v.nullable(whole(0, 600_000)),
  maxUsersPerMinute: v.nullable(whole(1, 600_000)),
  lanes: lanesSchema,
  lobbyOpensAt: v.nullable(time),
  opensAt: v.nullable(time),
  closesAt: v.nullable(time),
  /** Places one pass may hold at the same time. */
  holdLimit: whole(1, 50),
  joinsPerClientPerMinute: whole(1, 100_000),
  /** Each new join brings an identity that the shop signed, and each identity has one place; checked by `identityKeys`. */
  requireIdentity: v.boolean(),
  /** The shop's public keys. While there are none, nobody can join a room that asks for an identity. */
  identityKeys: identityKeysSchema,
  /** A proof of work, or Cloudflare's widget, before each new join; pages without script can't do either. */
  challenge: v.picklist(CHALLENGES),
  /** Where admitted visitors go: a path of ours or an https address. */
  shopUrl: v.nullable(v.pipe(plainText(1, 500), v.check(isShopUrl, 'a path or an http(s) address'))),
  allowedReturnHosts: v.pipe(v.array(host), v.maxLength(50)),
};

/**
 * Whether browsers lead this where it says: an http(s) address, or a path that stays on our origin. They read a backslash as a
 * slash and drop tabs and line ends, so `/\\evil.example` would be another site (WHATWG URL, "special" schemes).
 */
function isShopUrl(text: string): boolean {
  if (/[\s\\]/.test(text) || !/^(\/|https?:\/\/)/.test(text)) return false;
  const base = 'https://origin.invalid';
  try {
    const url = new URL(text, base);
    return !text.startsWith('/') || url.origin === base;
  } catch {
    return false;
  }
}

/** A room's settings as an operator sees them (API.md, operator/rooms). */
export const roomSettingsSchema = v.strictObject(fields);
export type RoomSettings = v.InferOutput<typeof roomSettingsSchema>;

/** What `PATCH operator/rooms/{room}` takes: any subset. Relations between fields are judged by `refuseSettings`. */
export const roomPatchSchema = v.pipe(
  v.partial(v.strictObject(fields)),
  v.check((patch) => Object.keys(patch).length > 0, 'name at least one setting'),
);
export type RoomPatch = v.InferOutput<typeof roomPatchSchema>;

/** A settings pair that contradicts itself, as field errors; empty when all is well. */
export function refuseSettings(s: RoomSettings): { path: string; message: string }[] {
  const errors: { path: string; message: string }[] = [];
  const after = (later: string | null, earlier: string | null) =>
    later !== null && earlier !== null && Date.parse(later) <= Date.parse(earlier);
  if (after(s.opensAt, s.lobbyOpensAt)) errors.push({ path: 'opensAt', message: 'must lie after lobbyOpensAt' });
  errors.push(...refuseBounds(s));
  if (after(s.closesAt, s.opensAt)) errors.push({ path: 'closesAt', message: 'must lie after opensAt' });
  return errors;
}

/** An autopilot needs both bounds, and bounds stand in order whoever sets the rate. */
function refuseBounds({ mode, minUsersPerMinute: min, maxUsersPerMinute: max }: RoomSettings) {
  const missing = Object.entries({ minUsersPerMinute: min, maxUsersPerMinute: max })
    .filter(([, bound]) => mode === 'autopilot' && bound === null)
    .map(([path]) => ({ path, message: 'the autopilot needs it' }));
  const crossed = min !== null && max !== null && min > max;
  return crossed ? [{ path: 'minUsersPerMinute', message: 'must not lie above maxUsersPerMinute' }] : missing;
}

/** The settings a new room starts with; every one can be changed while people wait. */
export const DEFAULT_ROOM_SETTINGS: Omit<RoomSettings, 'name'> = {
  newUsersPerMinute: 60,
  totalActiveUsers: 500,
  sessionDurationSeconds: 600,
  claimWindowSeconds: 120,
  queueingMethod: 'fifo',
  mode: 'manual',
  minUsersPerMinute: null,
  maxUsersPerMinute: null,
  lanes: [{ name: DEFAULT_LANE, weight: 1 }],
  lobbyOpensAt: null,
  opensAt: null,
  closesAt: null,
  holdLimit: 6,
  joinsPerClientPerMinute: 600,
  requireIdentity: false,
  identityKeys: [],
  challenge: 'none',
  shopUrl: null,
  allowedReturnHosts: [],
};
