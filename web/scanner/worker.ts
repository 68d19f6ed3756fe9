/**
 * The service worker of the scanner's page, so that a door that reloads without a network still has its page. It keeps the page's own files
 * and nothing else: no answer of the API is kept or even looked at. Its scope (`/scanner/`) has that page alone in it.
 *
 * The files of one build are kept together, under a name made of their hashes, and only if each is what the build made: a page is never
 * put together from two versions. A new build brings a new worker, which keeps its own files before it takes over, and deletes the old.
 */
import type { ShellFile } from './shell.ts';

/** What of a service worker's surroundings is used; the library of types for pages does not know them. */
type WorkerScope = {
  clients: { claim(): Promise<void> };
  location: Location;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
};
type ExtendableEvent = Event & { waitUntil(work: Promise<unknown>): void };
type FetchEvent = ExtendableEvent & { request: Request; respondWith(answer: Promise<Response>): void };
declare const self: WorkerScope;
/** Told by the build. */
declare const SHELL_FILES: readonly ShellFile[];
declare const SHELL_VERSION: string;

const PREFIX = 'onsale-scanner-';
const CACHE = PREFIX + SHELL_VERSION;
const PATHS = new Set(SHELL_FILES.map(({ path }) => path));

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method === 'GET' && origin === self.location.origin && PATHS.has(pathname))
    event.respondWith(fromShell(event.request, pathname));
});

/** All or nothing; past the browser's own cache, which may still have the files of the build before. */
async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL_FILES.map(({ path, integrity }) => new Request(path, { cache: 'reload', integrity })));
  // The page has loaded all it will ever load, so the next worker need not wait until it is closed.
  await self.skipWaiting();
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
  );
  await self.clients.claim();
}

/** The kept file, whatever `?performance=` the address has; from the network where a browser dropped what was kept. */
async function fromShell(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
