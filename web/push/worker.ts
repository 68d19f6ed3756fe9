/**
 * The service worker of web push, and of nothing else: it shows what comes and opens where it leads. It handles no fetch, and its scope
 * (`/push/`) has no page in it, so that no page waits for it or is served by it.
 */
import type { PushPayload } from '../../contracts/push.ts';

/** What of a service worker's surroundings is used; the library of types for pages does not know them. */
type WorkerScope = {
  registration: ServiceWorkerRegistration;
  clients: { openWindow(url: string): Promise<unknown> };
  location: Location;
  addEventListener(
    type: 'push',
    listener: (event: ExtendableEvent & { data: { text(): string } | null }) => void,
  ): void;
  addEventListener(
    type: 'notificationclick',
    listener: (event: ExtendableEvent & { notification: Notification }) => void,
  ): void;
};
type ExtendableEvent = Event & { waitUntil(work: Promise<unknown>): void };
declare const self: WorkerScope;

self.addEventListener('push', (event) => {
  const payload = readPayload(event.data?.text() ?? '');
  // Browsers ask that each message shows something.
  const { title = 'News of your tickets', body = '', url = '/shop/', tag = 'onsale', language = 'en' } = payload;
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang: language, data: { url } }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const data: unknown = event.notification.data;
  const url = typeof data === 'object' && data !== null && 'url' in data ? String(data.url) : '/shop/';
  event.waitUntil(self.clients.openWindow(ownUrl(url)));
});

/** Only pages of this origin are opened, whatever a message says. */
function ownUrl(url: string): string {
  const target = new URL(url, self.location.origin);
  return target.origin === self.location.origin ? target.href : `${self.location.origin}/shop/`;
}

function readPayload(text: string): Partial<PushPayload> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => typeof entry === 'string'));
  } catch {
    // Not a message of ours: something is shown all the same.
    return {};
  }
}
