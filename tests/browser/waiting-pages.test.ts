import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawScore } from '../../contracts/draw.ts';
import { laneKeys } from '../../redis/keys.ts';
import { expectSound, openVisitor, startBrowser, WAIT } from '../support/browser.ts';
import { call } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { createRoom, expectInOrder, join, operate, ownPlace, readBoard, shownPosition } from './room-pages.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await stack.dispose();
});

/** Opens "Tell me when it is near" by the keyboard, slips once, and leaves an address. */
async function askToBeTold(page: Page, email: string): Promise<void> {
  await page.getByText('Tell me when it is near').press('Enter');
  await page.getByLabel('E-mail').fill('nobody');
  await page.keyboard.press('Enter');
  await page.getByText('Please enter an address like').waitFor(WAIT);
  await expectSound(page);
  await page.getByLabel('E-mail').fill(email);
  await page.keyboard.press('Enter');
  await page.getByText('Done. We tell you').waitFor(WAIT);
}

/** What an address was mailed. */
async function mailedSubjects(address: string): Promise<string[]> {
  const list: unknown = await (await fetch(`${stack.ready.mailboxUrl}/messages.json?to=${address}`)).json();
  const schema = v.object({ items: v.array(v.object({ subject: v.string() })) });
  return v.parse(schema, list).items.map(({ subject }) => subject);
}

const isWiderThanScreen = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

it('two pages wait in the lobby with a countdown, learn their drawn places at the opening, and get in in that order', async () => {
  const opensAt = new Date(Date.now() + 30_000).toISOString();
  await createRoom(stack, 'doors', { lobbyOpensAt: new Date(Date.now() - 60_000).toISOString(), opensAt });
  const phone = { viewport: { width: 375, height: 740 }, colorScheme: 'dark' as const };
  const visitors = [await openVisitor(browser, phone), await openVisitor(browser)];
  for (const { page } of visitors) {
    await join(stack, page, 'doors');
    await page.getByRole('heading', { name: 'You are in the lobby' }).waitFor(WAIT);
  }
  const [small] = visitors.map(({ page }) => page);
  const secondsLeft = async () => Number(/in (\d+) s/.exec((await small?.locator('#next').textContent()) ?? '')?.[1]);
  const before = await secondsLeft();
  await expect.poll(secondsLeft, { timeout: 10_000 }).toBeLessThan(before);
  if (small !== undefined) expect(await isWiderThanScreen(small)).toBe(false);
  for (const [index, { page }] of visitors.entries()) await askToBeTold(page, `lobby${index}@example.org`);

  await Promise.all(visitors.map(({ page }) => page.getByRole('heading', { name: 'You are in line' }).waitFor(WAIT)));
  const { draw, lanes } = await readBoard(stack, 'doors');
  const drawn = await Promise.all(
    visitors.map(async ({ page }) => {
      const { ticketId, score } = await ownPlace(page, 'doors');
      const own = await drawScore(draw?.seed ?? '', ticketId, Number(lanes['general']?.base));
      expect(Number(score)).toBe(own);
      return { page, score: own };
    }),
  );
  const [first, second] = drawn.toSorted((a, b) => a.score - b.score).map(({ page }) => page);
  if (first === undefined || second === undefined) throw new Error('two were drawn');
  expect([await shownPosition(first), await shownPosition(second)]).toEqual(['1', '2']);
  if (small !== undefined) expect(await isWiderThanScreen(small)).toBe(false);
  // Who is next is told while the other one is let in.
  const waits = visitors.findIndex(({ page }) => page === second);
  await expect.poll(() => mailedSubjects(`lobby${waits}@example.org`), WAIT).toContain('It is your turn: doors');
  await expectInOrder('doors', first, second);
  expect(visitors.flatMap(({ errors }) => errors)).toEqual([]);
});

it('two pages in line, one by its socket and one by the board, outlive a loss of Redis and get in in their order', async () => {
  await createRoom(stack, 'lost');
  const [first, second] = [await openVisitor(browser), await openVisitor(browser)];
  await second.page.routeWebSocket(/./, (socket) => void socket.close());
  await expect.poll(async () => (await call('GET', `${stack.ready.edgeUrl}/rooms/lost`)).status, WAIT).toBe(200);
  await operate(stack, '/lost/pause', {});
  await expect.poll(async () => (await readBoard(stack, 'lost')).phase, WAIT).toBe('paused');
  for (const { page } of [first, second]) await join(stack, page, 'lost');
  const positions = () => Promise.all([shownPosition(first.page), shownPosition(second.page)]);
  await expect.poll(positions, WAIT).toEqual(['1', '2']);
  // A tick without joins is written, so that a restore need not guess how many came since.
  const { tick } = await readBoard(stack, 'lost');
  await expect.poll(async () => (await readBoard(stack, 'lost')).tick, WAIT).toBeGreaterThan(tick + 2);
  const { epoch } = await readBoard(stack, 'lost');
  const ids = await Promise.all([first, second].map(async ({ page }) => (await ownPlace(page, 'lost')).ticketId));

  const redis = new Redis(stack.ready.redisUrl);
  const inLine = () => redis.zrange(laneKeys('lost', 'general').waiting, 0, -1);
  expect(await inLine()).toEqual(ids);
  await redis.flushall();
  expect(await inLine()).toEqual([]);
  await expect.poll(async () => (await readBoard(stack, 'lost')).epoch, WAIT).toBeGreaterThan(epoch);
  // Both are near the head, so both add their tickets again, each at a moment of their own.
  await expect.poll(inLine, WAIT).toEqual(ids);
  redis.disconnect();
  await expect.poll(positions, WAIT).toEqual(['1', '2']);
  await operate(stack, '/lost/resume', {});
  await expectInOrder('lost', first.page, second.page);
  expect([...first.errors, ...second.errors]).toEqual([]);
});
