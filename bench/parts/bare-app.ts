import { Hono } from 'hono';

const texts = new Map<number, string>();

/**
 * The least that a hono server can do for a caller who gets as much back: `POST /bare?bytes=N` answers with N bytes of JSON. It is sent
 * without a body: reading one can cost more than all the rest. `POST /echo` is the echo: it reads JSON and sends it back.
 */
export const bareApp = new Hono()
  .post('/echo', async (c) => c.json(await c.req.json()))
  .post('/bare', (c) => {
    const bytes = Number(c.req.query('bytes'));
    let text = texts.get(bytes);
    if (text === undefined) texts.set(bytes, (text = JSON.stringify({ text: 'x'.repeat(Math.max(0, bytes - 11)) })));
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
