/** Whether this page also opens without a network: `no` where the browser can't, or keeping it failed. */
export type PageKept = 'not_yet' | 'yes' | 'no';

/**
 * Has the page's service worker keep the page, and asks the browser not to throw that away when it needs room. Tells once how it went.
 */
export async function keepPage(): Promise<Exclude<PageKept, 'not_yet'>> {
  if (!('serviceWorker' in navigator)) return 'no';
  try {
    await navigator.serviceWorker.register('/scanner/worker.js', { scope: '/scanner/', updateViaCache: 'none' });
  } catch {
    // Without a network it can't be looked for anew: the one that is there goes on.
  }
  const registration = await navigator.serviceWorker.getRegistration('/scanner/');
  if (registration === undefined) return 'no';
  await navigator.storage?.persist?.().catch(() => false);
  const isActive = registration.active !== null || (await isActivated(registration.installing ?? registration.waiting));
  return isActive ? 'yes' : 'no';
}

async function isActivated(worker: ServiceWorker | null): Promise<boolean> {
  if (worker === null) return false;
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === 'activated') resolve(true);
      if (worker.state === 'redundant') resolve(false);
    };
    worker.addEventListener('statechange', look);
    look();
  });
}
