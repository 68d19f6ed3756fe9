import { createECDH } from 'node:crypto';
import * as v from 'valibot';

const CURVE = 'prime256v1';
const base64Url = (bytes: number) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`)));

/** The pair that push services know us by (RFC 8292 §2): a P-256 point and its scalar, base64url. */
export const pushKeysSchema = v.strictObject({ publicKey: base64Url(65), privateKey: base64Url(32) });
export type PushKeys = v.InferOutput<typeof pushKeysSchema>;

/** Makes a pair. Browsers subscribe for one: with another, all have to subscribe anew. */
export function generatePushKeys(): PushKeys {
  const pair = createECDH(CURVE);
  const publicKey = pair.generateKeys('base64url');
  // Leading zeros would be lost, and a shorter scalar is refused.
  const privateKey = Buffer.from(pair.getPrivateKey('hex').padStart(64, '0'), 'hex').toString('base64url');
  return { publicKey, privateKey };
}

/** Whether this is a point of the curve, which nothing can be encrypted for otherwise. */
export function isCurvePoint(p256dh: string): boolean {
  try {
    const pair = createECDH(CURVE);
    pair.generateKeys();
    pair.computeSecret(p256dh, 'base64url');
    return true;
  } catch {
    // Node says in several ways that it is none.
    return false;
  }
}
