import type { EdgeContext } from '../http/context.ts';
import document from './openapi.generated.json' with { type: 'json' };

/** `GET /openapi.json`: OpenAPI 3.1 of edge and core, generated from the schemas and the route table (generate.node.ts). */
export function serveOpenApi(c: EdgeContext): Response {
  c.header('Cache-Control', 'public, max-age=300');
  return c.json(document);
}
