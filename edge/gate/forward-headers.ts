/** Hop-by-hop headers (RFC 9110 §7.6.1) and those that the next connection sets by itself. */
const OF_THE_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'expect',
  'accept-encoding',
];

/** What names a client or a way here; core believes only what we say ourselves (DESIGN §6). */
const CLAIMS =
  /^(forwarded|via|true-client-ip|x-real-ip|x-client-ip|x-cluster-client-ip|cookie)$|^(x-forwarded-|onsale-|cf-)/;

/** The caller's headers that may reach core: no claims about the client, no cookies, nothing of this connection. */
export function forwardable(headers: Headers): Headers {
  const kept = withoutConnection(headers);
  const claims = [...kept.keys()].filter((name) => CLAIMS.test(name));
  for (const name of claims) kept.delete(name);
  return kept;
}

/** Core's headers that may reach the caller. */
export function returnable(headers: Headers): Headers {
  const kept = withoutConnection(headers, ['content-length']);
  kept.delete('set-cookie');
  return kept;
}

function withoutConnection(headers: Headers, except: readonly string[] = []): Headers {
  const kept = new Headers(headers);
  const named = (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase());
  for (const name of [...OF_THE_CONNECTION, ...named]) {
    if (name !== '' && isToken(name) && !except.includes(name)) kept.delete(name);
  }
  return kept;
}

/** Whether a text can be a header's name at all; Headers throws on others. */
const isToken = (name: string): boolean => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name);
