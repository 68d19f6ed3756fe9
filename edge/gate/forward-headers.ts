/**
 * The caller's headers that core reads, and no others: what claims who or where the client is, cookies, and whatever else a
 * browser sends never reaches it (DESIGN §6). A header that core learns to read has to be added here.
 */
const FORWARDED = [
  'accept',
  'accept-language',
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'user-agent',
  // By which payment providers sign: Standard Webhooks, and Stripe's own.
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
  'stripe-signature',
];

/** Hop-by-hop headers (RFC 9110 §7.6.1) and those that the next connection sets by itself. */
const OF_THE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** The caller's headers that may reach core. */
export function forwardable(headers: Headers): Headers {
  const kept = new Headers();
  for (const name of FORWARDED) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

/** Core's headers that may reach the caller: none of its connection, no cookies. */
export function returnable(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of [...OF_THE_CONNECTION, 'set-cookie']) kept.delete(name);
  return kept;
}

/** Bytes that these headers take on the wire: name, colon, space, value, line end. */
export function sizeOf(headers: Headers): number {
  let bytes = 0;
  for (const [name, value] of headers) bytes += name.length + value.length + 4;
  return bytes;
}
