import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { HeaderSource } from '../http/node-request.ts';

/** How far a webhook's time may be off, seconds (Standard Webhooks, as its own library has it). */
const TOLERANCE_SECONDS = 300;
/** The longest id that we keep, characters. */
const MAX_ID_LENGTH = 255;

/**
 * Judges the signature of a webhook (Standard Webhooks: HMAC-SHA256 over id, time and body) and its time; returns its id, or null for
 * what is forged, altered or too old. By Node's own HMAC: the standard's library brings SHA-256 in JavaScript and parses the body too,
 * which is more than all else that a paid event costs core before it is written. `secret` is `whsec_…`.
 */
export function createSignatureCheck(
  secret: string,
  clock: Clock,
): (headers: HeaderSource, body: string) => string | null {
  const key = createSecretKey(Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64'));
  return (headers, body) => {
    const [id, time, told] = [
      headers.get('webhook-id') ?? '',
      headers.get('webhook-timestamp') ?? '',
      headers.get('webhook-signature') ?? '',
    ];
    if (id === '' || id.length > MAX_ID_LENGTH || !/^\d{1,15}$/.test(time)) return null;
    if (Math.abs(Math.floor(clock.nowMs() / 1000) - Number(time)) > TOLERANCE_SECONDS) return null;
    const expected = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest();
    return told.split(' ').some((one) => isSignature(one, expected)) ? id : null;
  };
}

/** Several signatures may be told, by keys old and new; of a version that we don't know none counts. */
function isSignature(told: string, expected: Buffer): boolean {
  if (!told.startsWith('v1,')) return false;
  const signature = Buffer.from(told.slice(3), 'base64');
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
