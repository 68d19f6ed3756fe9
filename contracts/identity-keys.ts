import * as v from 'valibot';

/**
 * The public keys by which a room checks the identities that the shop signs (JWK, RFC 7517). Each names the one algorithm it is good
 * for, so that a token can't choose (RFC 8725 §3.1).
 */

/** Algorithms a key may be pinned to. Shared secrets are none of them: who checks could sign as well. */
export const IDENTITY_ALGORITHMS = ['EdDSA', 'ES256', 'RS256'] as const;
export type IdentityAlgorithm = (typeof IDENTITY_ALGORITHMS)[number];

/** The typ of an identity's header (RFC 8725 §3.11). */
export const IDENTITY_TYPE = 'identity+jwt';
/** How long an identity may live, in seconds: long enough for one click and a slow phone, too short to be passed around. */
export const MAX_IDENTITY_SECONDS = 600;
/** Longest identity, in characters: an RS256 token with some claims of the shop's own takes a third. */
export const MAX_IDENTITY_LENGTH = 4096;

/** Keys of a room at most: one that signs, one that comes, one that goes, and some shops. */
const MAX_IDENTITY_KEYS = 8;
/** Members that only private and symmetric keys have (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const bytes = (from: number, to = from) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[\\w-]{${from},${to}}$`), 'must be base64url of the right length'));
const kid = v.pipe(v.string(), v.regex(/^[\w.:-]{1,64}$/, '1 to 64 of A-Z, a-z, 0-9, - _ . :'));
const common = { kid, use: v.exactOptional(v.literal('sig')) };

const keySchema = v.variant('alg', [
  v.strictObject({
    ...common,
    kty: v.literal('OKP'),
    crv: v.literal('Ed25519'),
    alg: v.literal('EdDSA'),
    x: bytes(43),
  }),
  v.strictObject({
    ...common,
    kty: v.literal('EC'),
    crv: v.literal('P-256'),
    alg: v.literal('ES256'),
    x: bytes(43),
    y: bytes(43),
  }),
  // 2048 to 4096 bits.
  v.strictObject({ ...common, kty: v.literal('RSA'), alg: v.literal('RS256'), n: bytes(342, 684), e: bytes(1, 8) }),
]);
/** A public key, good for one algorithm. */
export type IdentityKey = v.InferOutput<typeof keySchema>;

/** The keys of a room. A private or a shared key is refused as such: whoever sent it has to make a new one. */
export const identityKeysSchema = v.pipe(
  v.array(
    v.pipe(
      v.looseObject({}, 'a key as a JWK object'),
      v.check(
        (key) => !PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member)),
        'is a private or shared key: send the public half only, and make a new key, since this one has left its place',
      ),
      keySchema,
    ),
  ),
  v.maxLength(MAX_IDENTITY_KEYS),
  v.check((keys) => new Set(keys.map((key) => key.kid)).size === keys.length, 'each kid may be there once'),
);
