import type { EdgeContext } from '../http/context.ts';
import { problem } from '../http/problem.ts';
import { contentSecurityPolicy } from '../http/security-headers.ts';

/** A file of web/, with the headers of our pages; null when there is none. */
export async function serveAsset(c: EdgeContext): Promise<Response | null> {
  const { assets, config } = c.get('ports');
  const file = await assets(c.req.raw);
  if (file.status === 404) return null;
  const headers = new Headers(file.headers);
  const isPage = headers.get('content-type')?.startsWith('text/html') === true;
  if (isPage) headers.set('content-security-policy', contentSecurityPolicy(config));
  // Files keep their names when their content changes, so browsers ask each time; the ETag makes that cheap.
  headers.set('cache-control', 'no-cache');
  return new Response(file.body, { status: file.status, headers });
}

/** What no route took: a file of web/, else 404. */
export async function serveAssetOr404(c: EdgeContext): Promise<Response> {
  const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
  const asset = reads && !c.req.path.startsWith('/api/') ? await serveAsset(c) : null;
  return asset ?? problem(c, 'not_found');
}
