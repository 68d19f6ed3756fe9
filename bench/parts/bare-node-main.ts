import { once } from 'node:events';
import { createServer } from 'node:http';
import * as v from 'valibot';
import { portOf, servePart } from './serve-part.ts';

/** The least that Node's own HTTP server can do for a POST: it reads the body and sends it back, without a framework and unparsed. */
await servePart(v.object({}), async () => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.byteLength }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ready: { url: `http://127.0.0.1:${portOf(server.address())}` } };
});
