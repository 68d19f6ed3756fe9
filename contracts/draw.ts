import * as v from 'valibot';
import { boardRoundSchema, roundSchema } from './rounds.ts';

/**
 * The lobby's draw (WAITING-ROOM §2): base + the first 26 bits of HMAC-SHA256(seed, ticket id) / 2^26. Anyone who knows
 * the seed can recompute it; it needs only Web Crypto, so that edge, feed and page share it.
 */
const BITS = 26;

/** The rule in one line, as `GET draw` tells it. */
export const DRAW_ALGORITHM =
  'score = base + (first 26 bits of HMAC-SHA256(key = seed, message = ticket id)) / 2^26; commitment = hex SHA-256(seed)';

/** The score of a lobby ticket. `seed` is base64url or hex text and is used as it stands; `base` the counter at opening. */
export async function drawScore(seed: string, ticketId: string, base: number): Promise<number> {
  const key = await seedKey(seed);
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(ticketId)));
  return base + (mac.getUint32(0) >>> (32 - BITS)) / 2 ** BITS;
}

/** What `GET draw` answers: the commitment always, the seed once the room has opened. */
export const drawSchema = v.object({
  room: v.string(),
  commitment: v.string(),
  seed: v.optional(v.string()),
  algorithm: v.string(),
  /** Rounds of a `random` room: this minute and the next are promised, those that are just over are told. */
  rounds: v.optional(v.array(boardRoundSchema)),
});
export type Draw = v.InferOutput<typeof drawSchema>;

/** `POST draw/check`: a queue ticket, or the id that stands in it; then the lane counts too. */
export const drawCheckRequestSchema = v.strictObject({
  ticket: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  lane: v.optional(v.string()),
  /** Of the ticket whose id it is; a whole ticket tells it itself. */
  round: v.optional(roundSchema),
});

/** What `POST draw/check` answers: the draw computed again. Before the opening `draw` and `score` are null. */
export const drawCheckSchema = v.object({
  ...drawSchema.entries,
  ticketId: v.string(),
  lane: v.string(),
  /** The round in which the ticket was drawn; then `commitment`, `seed` and `base` are the round's. */
  round: v.optional(roundSchema),
  /** False for a ticket that carries a number of the counter. */
  inDraw: v.boolean(),
  /** Whether the seed fits the commitment; null before the opening. */
  seedFits: v.nullable(v.boolean()),
  /** The ticket's own part, in [0, 1). */
  draw: v.nullable(v.number()),
  base: v.nullable(v.string()),
  score: v.nullable(v.string()),
});
export type DrawCheck = v.InferOutput<typeof drawCheckSchema>;

/** What is published before the lobby opens: SHA-256 of the seed, hex. */
export const drawCommitment = async (seed: string): Promise<string> =>
  toHex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(seed)));

/**
 * The seed of a room's minute, by which the rounds of a `random` room are drawn: the first 128 bits of HMAC-SHA256(secret, room |
 * minute), hex, since the board has to hold several. The secret stays on the servers; a seed tells nothing of another minute's.
 */
export async function roundSeed(secret: string, room: string, minute: number): Promise<string> {
  const message = new TextEncoder().encode(`${room}|${minute}`);
  return toHex(await crypto.subtle.sign('HMAC', await seedKey(secret), message)).slice(0, 32);
}

const toHex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Web Crypto's key; its name is not known to every runtime's types. */
type SeedKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Keys of the seeds used lately: a server draws for whole lobbies and rounds, room by room. */
const keys = new Map<string, SeedKey>();
/** Keys kept at most; the oldest goes first. A join of a round takes four. */
const MAX_KEYS = 64;

async function seedKey(seed: string): Promise<SeedKey> {
  const known = keys.get(seed);
  if (known !== undefined) return known;
  const raw = new TextEncoder().encode(seed);
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const [oldest] = keys.keys();
  if (keys.size >= MAX_KEYS && oldest !== undefined) keys.delete(oldest);
  keys.set(seed, key);
  return key;
}
