import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROUND_MS } from '../../contracts/rounds.ts';
import { openVisitor, startBrowser, WAIT } from '../support/browser.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { createRoom, expectInOrder, join, ownPlace, readBoard } from './room-pages.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.dispose();
});

it('two pages that join within a minute are drawn when it is over, check the draw by themselves, and get in in that order', async () => {
  await createRoom(stack, 'rounds', { queueingMethod: 'random' });
  const visitors = [await openVisitor(browser), await openVisitor(browser)];
  // Both in one minute, whose fingerprint has been on the board for a while.
  const left = ROUND_MS - (Date.now() % ROUND_MS);
  await sleep(left > 30_000 ? left - 30_000 : left + 5_000);
  for (const { page } of visitors) {
    await join(stack, page, 'rounds');
    await expect.poll(() => page.locator('#next').textContent(), WAIT).toContain('drawn by lot');
  }
  const minute = { timeout: ROUND_MS + 10_000 };
  const scored = await Promise.all(
    visitors.map(async ({ page }) => {
      await page.getByText('How the order was drawn').click(WAIT);
      await page.getByText('Checked by this page: the seed fits the fingerprint').waitFor(minute);
      return { page, score: Number((await ownPlace(page, 'rounds')).score) };
    }),
  );
  const [first, second] = scored.toSorted((a, b) => a.score - b.score).map(({ page }) => page);
  if (first === undefined || second === undefined) throw new Error('two were drawn');
  expect((await readBoard(stack, 'rounds')).rounds?.some(({ seed }) => seed !== undefined)).toBe(true);
  await expectInOrder('rounds', first, second);
  expect(visitors.flatMap(({ errors }) => errors)).toEqual([]);
});
