import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openVisitor, startBrowser } from '../support/browser.ts';
import { startStack, type Stack } from '../support/stack.ts';

const WAIT = { timeout: 30_000 };
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.dispose();
});

/** Joins by the button and waits until the page has entered the shop by itself. */
async function goThroughTheRoom(page: Page): Promise<void> {
  await page.goto(`${stack.ready.edgeUrl}/rooms/demo`);
  await page.getByRole('button', { name: 'Join the line' }).click();
  await page.waitForURL(/\/shop\//, WAIT);
}

/** Opens the first evening and its first seated zone; returns that zone's seat buttons. */
async function openZone(page: Page) {
  await page.goto(`${stack.ready.edgeUrl}/shop/?performance=${stack.ready.rooms['demo']?.performances[0] ?? ''}`);
  await page.locator('button[aria-expanded="false"]').first().click(WAIT);
  return page.locator('button[data-seat]');
}

it('two visitors wait and are admitted; one buys, and the other sees the seat go', async () => {
  const [buyer, other] = await Promise.all([openVisitor(browser), openVisitor(browser)]);
  await Promise.all([goThroughTheRoom(buyer.page), goThroughTheRoom(other.page)]);

  const seat = (await openZone(buyer.page)).first();
  const seatId = (await seat.getAttribute('data-seat')) ?? '';
  await openZone(other.page);
  const sameSeat = other.page.locator(`button[data-seat="${seatId}"]`);
  await sameSeat.waitFor(WAIT);
  expect(await sameSeat.isEnabled()).toBe(true);

  await seat.click();
  // Whose pass is gone but who is inside gets another one in between, and notices nothing.
  await buyer.page.context().clearCookies({ name: /^onsale-pass/ });
  await buyer.page.getByRole('button', { name: /^Hold/ }).click();
  await buyer.page.getByRole('heading', { name: 'Held for you' }).waitFor(WAIT);
  await other.page.locator(`button[data-seat="${seatId}"]:disabled`).waitFor(WAIT);

  await buyer.page.getByLabel('Full name').fill('Asha Rao');
  await buyer.page.getByLabel('E-mail').fill('asha@example.org');
  await buyer.page.locator('form button[type=submit]').click();
  await buyer.page.getByRole('button', { name: /^Pay/ }).click(WAIT);
  await buyer.page.waitForURL(/\/shop\/\?booking=/, WAIT);
  await buyer.page.getByRole('heading', { name: 'Your booking' }).waitFor(WAIT);
  await buyer.page.locator('svg[role=img], img[alt*="QR" i], [aria-label*="QR" i]').first().waitFor(WAIT);

  const sold = other.page.locator(`button[data-seat="${seatId}"][aria-label*="sold"]`);
  await sold.waitFor(WAIT);
  expect([...buyer.errors, ...other.errors]).toEqual([]);
});

it('a visitor without script joins, waits by refreshing, and enters by a button', async () => {
  const { page } = await openVisitor(browser, { javaScriptEnabled: false });
  await page.goto(`${stack.ready.edgeUrl}/rooms/demo`);
  await page.getByRole('button', { name: 'Join the line' }).click();
  const enter = page.getByRole('button', { name: 'Enter' });
  await enter.waitFor({ timeout: 60_000 });
  await enter.click();
  await page.waitForURL(/\/shop\//, WAIT);
});
