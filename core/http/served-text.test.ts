import { Hono } from 'hono';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { CoreEnv } from './context.ts';
import { sendText, takesGzip, toServedText } from './served-text.ts';

const text = JSON.stringify({ states: 'A'.repeat(4000) });
const app = new Hono<CoreEnv>().get('/', (c) => sendText(c, toServedText(text, '"tag"'), 'public, max-age=1'));
const ask = async (headers: Record<string, string>) => app.request('/', { headers });

it.each([
  ['gzip', true],
  ['br, GZIP;q=0.5', true],
  ['*', true],
  ['gzip;q=0, *', false],
  ['gzip; q=0.000', false],
  ['br', false],
  ['', false],
  [undefined, false],
])('takes %s for gzip: %s', (header, taken) => expect(takesGzip(header)).toBe(taken));

it('is packed for who takes that, under a tag that both forms share weakly', async () => {
  const [plain, packed] = [await ask({}), await ask({ 'accept-encoding': 'gzip' })];
  expect([plain.headers.get('content-encoding'), plain.headers.get('etag'), await plain.text()]).toEqual([
    null,
    '"tag"',
    text,
  ]);
  expect([packed.headers.get('content-encoding'), packed.headers.get('etag')]).toEqual(['gzip', 'W/"tag"']);
  expect([plain.headers.get('vary'), packed.headers.get('vary')]).toEqual(['Accept-Encoding', 'Accept-Encoding']);
  expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(text);
});

it.each(['"tag"', 'W/"tag"', '"x", W/"tag"', '*'])('is known to who has %s', async (tag) => {
  for (const more of [{}, { 'accept-encoding': 'gzip' }]) {
    const known = await ask({ 'if-none-match': tag, ...more });
    expect([known.status, await known.text()]).toEqual([304, '']);
  }
  expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200);
});
