import AxeBuilder from '@axe-core/playwright';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** How long a page may take to show what it should, in ms. */
export const WAIT = { timeout: 30_000 };

/** What Chromium needs to run as root in a sandbox and to stay off the network by itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, or the one that `ONSALE_CHROMIUM` names; `bin/test` installs it. */
export function startBrowser(moreFlags: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env['ONSALE_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error(`no Chromium at ${executablePath}: run bin/test, which installs it`);
  return chromium.launch({ executablePath, args: [...FLAGS, ...moreFlags] });
}

/** A page of a visitor of its own (own cookies); what goes wrong in it is collected. */
export async function openVisitor(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && message.text().includes('Content Security Policy')) errors.push(message.text());
  });
  return { page, errors };
}

/** Says that the page fits its width, and that axe finds nothing in it. */
export async function expectSound(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
}

/**
 * Takes a page's network away. Chromium forgets `setOffline` when a service worker serves a reload; what is aborted stays aborted, and
 * what a service worker answers by itself never gets there.
 */
export async function cutOff(page: Page): Promise<void> {
  await page.context().route(/./, (route) => route.abort());
  await page.context().setOffline(true);
}

/** Gives it back. */
export async function bringBack(page: Page): Promise<void> {
  await page.context().unroute(/./);
  await page.context().setOffline(false);
}
