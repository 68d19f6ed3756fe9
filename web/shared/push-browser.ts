import type { PushSubscriptionJson } from '../../contracts/push.ts';

/** The service worker of push, and the scope it has: no page is in it. */
const WORKER = '/push/worker.js';
const SCOPE = '/push/';

/** Whether this browser can be told something by push at all. */
export const canPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

/** Whether the visitor forbade this site to tell anything: only the browser's settings can change that. */
export const isPushForbidden = (): boolean => Notification.permission === 'denied';

/**
 * Subscribes this browser. Call it upon a press only: the browser asks its user. Null when they said no; throws when the browser or its
 * push service could not.
 */
export async function subscribeToPush(publicKey: string): Promise<PushSubscriptionJson | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null;
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: 'none' });
  await untilActive(registration);
  const known = await registration.pushManager.getSubscription();
  // A subscription is for one key: after a change of ours it has to be made anew.
  if (known !== null && !isFor(known, publicKey)) await known.unsubscribe();
  const applicationServerKey = toBytes(publicKey);
  const { endpoint, keys } = (
    await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
  ).toJSON();
  if (endpoint === undefined || keys?.['p256dh'] === undefined || keys['auth'] === undefined)
    throw new Error('the browser subscribed without keys');
  return { endpoint, keys: { p256dh: keys['p256dh'], auth: keys['auth'] } };
}

async function untilActive(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active !== null || worker === null) return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the service worker was not installed'));
    });
  });
}

function isFor({ options }: PushSubscription, publicKey: string): boolean {
  const key = options.applicationServerKey;
  return key !== null && toBase64Url(new Uint8Array(key)) === publicKey;
}

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.codePointAt(0) ?? 0);

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
