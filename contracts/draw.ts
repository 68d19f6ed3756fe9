import * as v from 'valibot';

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
});
export type Draw = v.InferOutput<typeof drawSchema>;

/** `POST draw/check`: a queue ticket, or the id that stands in it; then the lane counts too. */
export const drawCheckRequestSchema = v.strictObject({
  ticket: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  lane: v.optional(v.string()),
});

/** What `POST draw/check` answers: the draw computed again. Before the opening `draw` and `score` are null. */
export const drawCheckSchema = v.object({
  ...drawSchema.entries,
  ticketId: v.string(),
  lane: v.string(),
  /** False for a ticket that was given after the opening: its score is a number of the counter. */
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
export async function drawCommitment(seed: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(seed));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Web Crypto's key; its name is not known to every runtime's types. */
type SeedKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** The key of the seed that was asked for last: a server draws for whole lobbies, room by room. */
let lastKey: { seed: string; key: SeedKey } | null = null;

async function seedKey(seed: string): Promise<SeedKey> {
  if (lastKey?.seed === seed) return lastKey.key;
  const raw = new TextEncoder().encode(seed);
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  lastKey = { seed, key };
  return key;
}
