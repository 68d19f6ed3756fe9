import { Hono } from 'hono';
import edge from '../../edge/worker.ts';

/** The shipped Worker, and beside it the least a hono app can answer in the same isolate. */
const bare = new Hono().post('/bare', async (c) => c.json(await c.req.json()));

export default {
  fetch(request: Request, bindings: never, context: ExecutionContext): Response | Promise<Response> {
    return request.url.endsWith('/bare') ? bare.fetch(request) : edge.fetch(request, bindings, context);
  },
};
