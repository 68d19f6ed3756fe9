import { createHmac, createSecretKey } from 'node:crypto';
import type { QuickSign } from './jwt.ts';

/** HMAC-SHA256 on the spot: Node's Web Crypto takes a turn through its thread pool for each, which costs a join a tenth. */
export const nodeHmac = (secret: Uint8Array): QuickSign => {
  const key = createSecretKey(secret);
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
};
