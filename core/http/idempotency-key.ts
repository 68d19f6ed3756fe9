import { hash } from 'node:crypto';
import { MAX_IDEMPOTENCY_KEY_LENGTH } from '../../contracts/limits.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { HeaderSource } from './node-request.ts';

/** Printable ASCII: what a header can carry unharmed. */
const USABLE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** The request's `Idempotency-Key`. Refuses: `idempotency_key_required`, `idempotency_key_invalid` (over 255 characters). */
export function requireIdempotencyKey(headers: HeaderSource): string {
  const key = headers.get('idempotency-key');
  if (key === null || key === '') throw new OperatingError('idempotency_key_required');
  if (key.length > MAX_IDEMPOTENCY_KEY_LENGTH || !USABLE.test(key)) throw new OperatingError('idempotency_key_invalid');
  return key;
}

/**
 * What tells one request's content from another's: SHA-256 over the route and the parsed body, so that white space does not
 * count and one key can't be used for two routes.
 */
export const bodyHash = (route: string, body: unknown): string =>
  hash('sha256', `${route}\n${JSON.stringify(body)}`, 'base64url');
