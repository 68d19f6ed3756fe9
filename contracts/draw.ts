/**
 * The lobby's draw (WAITING-ROOM §2): base + the first 26 bits of HMAC-SHA256(seed, ticket id) / 2^26. Anyone who knows
 * the seed can recompute it; it needs only Web Crypto, so that edge, feed and page share it.
 */
const BITS = 26;

/** The score of a lobby ticket. `seed` is base64url or hex text and is used as it stands; `base` the counter at opening. */
export async function drawScore(seed: string, ticketId: string, base: number): Promise<number> {
  const key = await seedKey(seed);
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(ticketId)));
  return base + (mac.getUint32(0) >>> (32 - BITS)) / 2 ** BITS;
}

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
