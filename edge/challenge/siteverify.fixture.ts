import { createServer } from 'node:http';
import type { TurnstileConfig } from '../ports.ts';

export type Verifier = {
  config: TurnstileConfig;
  /** What the widget would give a visitor; `cdata` is the room it was drawn for. */
  issue(token: string, cdata?: string): void;
  /** How it answers from now on. */
  behave(manner: 'well' | 'hangs' | 'breaks' | 'talks rubbish' | 'refuses the secret' | 'forgets'): void;
  /** What it was asked, the newest last. */
  asked: URLSearchParams[];
  stop(): Promise<void>;
};

const SECRET = 'a-secret-of-the-edge';

/**
 * A stand-in for Turnstile's verifier that speaks its protocol (siteverify) on this machine: each token is good once. The real one
 * can't be reached from tests.
 */
export async function startVerifier(): Promise<Verifier> {
  const tokens = new Map<string, string | undefined>();
  const asked: URLSearchParams[] = [];
  let manner: Parameters<Verifier['behave']>[0] = 'well';
  const verdictOf = (fields: URLSearchParams): object => {
    const token = fields.get('response') ?? '';
    if (manner === 'refuses the secret' || fields.get('secret') !== SECRET)
      return { success: false, 'error-codes': ['invalid-input-secret'] };
    if (!tokens.has(token)) return { success: false, 'error-codes': ['timeout-or-duplicate'] };
    const cdata = tokens.get(token);
    if (manner !== 'forgets') tokens.delete(token);
    return {
      success: true,
      'error-codes': [],
      challenge_ts: '2027-01-15T08:00:00Z',
      hostname: 'tickets.example',
      cdata,
    };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fields = new URLSearchParams(Buffer.concat(chunks).toString());
      asked.push(fields);
      if (manner === 'hangs') return;
      if (manner === 'breaks') return void response.writeHead(502).end('bad gateway');
      response.setHeader('content-type', 'application/json');
      response.end(manner === 'talks rubbish' ? '{"success":"yes"}' : JSON.stringify(verdictOf(fields)));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return {
    config: { siteKey: 'site-key', scriptUrl: `${url}/api.js`, secret: SECRET, verifyUrl: `${url}/siteverify` },
    issue: (token, cdata) => void tokens.set(token, cdata),
    behave: (next) => void (manner = next),
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
