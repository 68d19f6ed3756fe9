import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { getMimeType } from 'hono/utils/mime';

type Asset = { body: Uint8Array<ArrayBuffer>; type: string; etag: string };

/**
 * The files of a folder, read once and kept in memory (the build's whole web/ is under a megabyte, and the waiting page must not wait
 * for a disk). Addresses as on workerd: `/shop/` is its index.html, `/shop` leads there. Nothing outside the folder has an address.
 * Throws when the folder can't be read.
 */
export async function loadAssets(folder: string): Promise<(request: Request) => Promise<Response>> {
  const assets = new Map<string, Asset>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    assets.set(`/${name.replace(/(^|\/)index\.html$/, '$1')}`, await readAsset(path));
  }
  return (request) => Promise.resolve(answer(assets, request));
}

async function readAsset(path: string): Promise<Asset> {
  const body = new Uint8Array(await readFile(path));
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, type: getMimeType(extname(path)) ?? 'application/octet-stream', etag: `"${digest}"` };
}

function answer(assets: ReadonlyMap<string, Asset>, request: Request): Response {
  const { pathname } = new URL(request.url);
  const asset = assets.get(pathname);
  if (asset === undefined) {
    const isFolder = assets.has(`${pathname}/`);
    return new Response(null, isFolder ? { status: 307, headers: { location: `${pathname}/` } } : { status: 404 });
  }
  const headers = { etag: asset.etag, 'content-type': asset.type };
  const known = request.headers.get('if-none-match')?.split(/\s*,\s*/) ?? [];
  if (known.some((tag) => tag.replace(/^W\//, '') === asset.etag)) return new Response(null, { status: 304, headers });
  return new Response(asset.body, { headers });
}
