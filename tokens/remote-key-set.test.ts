import { createServer } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { generateOkpKeySet } from './generate-keys.ts';
import { ed25519SigningKey, publicKeySet } from './key-set.ts';
import { signAccessPass } from './access-pass.sign.ts';
import { verifyAccessPass } from './access-pass.verify.ts';
import { remoteKeys } from './remote-key-set.ts';

const issuer = 'https://tickets.example';
afterEach(() => void vi.useRealTimers());

it('an unknown key is asked for at most every 30 seconds, and a new one is found then', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const [published, added] = [await generateOkpKeySet(), await generateOkpKeySet()];
  let keys = published.keys;
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(publicKeySet({ keys })));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const verifyKeys = remoteKeys(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  const passOf = async (set: typeof published) => {
    const session = { issuer, room: 'demo', ticketId: 't', lane: 'general', sessionEndsAtMs: Date.now() + 600_000 };
    return signAccessPass(await ed25519SigningKey(set), { ...session, nowMs: Date.now() });
  };
  const verify = async (set: typeof published) =>
    (await verifyAccessPass(verifyKeys, await passOf(set), { issuer, nowMs: Date.now() })).ok;

  expect(await verify(published)).toBe(true);
  for (let attempt = 0; attempt < 20; attempt += 1) expect(await verify(added)).toBe(false);
  expect(fetches).toBe(1);
  keys = [...published.keys, ...added.keys];
  vi.setSystemTime(Date.now() + 29_000);
  expect(await verify(added)).toBe(false);
  vi.setSystemTime(Date.now() + 2_000);
  expect(await verify(added)).toBe(true);
  expect(fetches).toBe(2);
  server.close();
});
