import * as v from 'valibot';
import { ConfigError } from '../platform/config.ts';
import type { AccessPassClaims, QueueTicketClaims } from '../contracts/token-claims.ts';
import { verifyAccessPass } from '../tokens/access-pass.verify.ts';
import { challengeSecret } from '../tokens/challenge-secret.ts';
import type { QuickSign, SigningKey, Verified } from '../tokens/jwt.ts';
import {
  ed25519SigningKey,
  edgeKeySetSchema,
  hmacKeys,
  hmacSigningKey,
  localKeys,
  publicKeySet,
} from '../tokens/key-set.ts';
import { kidOf, verifyQueueTicket } from '../tokens/queue-ticket.verify.ts';
import { createVerifiedCache } from '../tokens/verified-cache.ts';

/** The edge's keys, ready to sign and to check. Checked tokens are remembered until their `exp` (DESIGN §5). */
export type EdgeKeys = {
  queueKey: SigningKey;
  passKey: SigningKey;
  /** Checks a queue ticket for one room. */
  checkTicket(token: string, room: string, nowMs: number): Promise<Verified<QueueTicketClaims>>;
  /** Whether a checked ticket was signed by a key that is on its way out (DESIGN §5). */
  isOldTicket(token: string): boolean;
  checkPass(token: string, nowMs: number): Promise<Verified<AccessPassClaims>>;
  /** Secrets that challenges are signed with, derived from the queue keys; the first signs. */
  challengeSecrets: string[];
  /** The public key set as JSON text. */
  jwks: string;
};

/** Imports the private key set (ONSALE_EDGE_KEYS). Throws ConfigError, which names the variable and shows no key. */
export async function loadEdgeKeys(
  json: string,
  issuer: string,
  runtime: { hmac?: (secret: Uint8Array) => QuickSign } = {},
): Promise<EdgeKeys> {
  const set = parseKeySet(json);
  const [queueKey, passKey] = await Promise.all([
    hmacSigningKey(set, runtime.hmac),
    ed25519SigningKey({ keys: set.pass }),
  ]);
  const queueKeys = hmacKeys(set);
  // Each key is looked up once now: a later request must not wait for a promise that another request began.
  for (const { kid } of set.queue) await queueKeys({ alg: 'HS256', kid }, { payload: '', signature: '' });
  const passKeys = localKeys({ keys: set.pass });
  const tickets = createVerifiedCache((roomAndToken, nowMs) => {
    const [room = '', token = ''] = roomAndToken.split(' ');
    return verifyQueueTicket(queueKeys, token, { issuer, room, nowMs });
  });
  return {
    queueKey,
    passKey,
    checkTicket: (token, room, nowMs) => tickets(`${room} ${token}`, nowMs),
    isOldTicket: (token) => kidOf(token) !== queueKey.kid,
    checkPass: createVerifiedCache((token, nowMs) => verifyAccessPass(passKeys, token, { issuer, nowMs })),
    challengeSecrets: await Promise.all(set.queue.map((key) => challengeSecret(key))),
    jwks: JSON.stringify(publicKeySet({ keys: set.pass })),
  };
}

function parseKeySet(json: string): v.InferOutput<typeof edgeKeySetSchema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ConfigError(['ONSALE_EDGE_KEYS: is not JSON']);
  }
  const result = v.safeParse(edgeKeySetSchema, value);
  if (!result.success) throw new ConfigError(['ONSALE_EDGE_KEYS: needs {"queue":[oct keys],"pass":[Ed25519 keys]}']);
  return result.output;
}
