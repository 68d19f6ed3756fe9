import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as v from 'valibot';
import { boardSchema } from '../../contracts/board.ts';
import { drawScore } from '../../contracts/draw.ts';
import { laneKeys } from '../../redis/keys.ts';
import { openVisitor, startBrowser } from '../support/browser.ts';
import { call } from '../support/http.ts';
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

/** A new room that lets one in at a time; `more` changes its settings. */
async function createRoom(room: string, more: object = {}): Promise<void> {
  const body = { room, totalActiveUsers: 1, newUsersPerMinute: 600, ...more };
  await operate('', body, 201);
}

async function operate(path: string, body: object, status = 200): Promise<void> {
  const answer = await call('POST', `${stack.ready.edgeUrl}/api/core/v1/operator/rooms${path}`, {
    body,
    bearer: stack.ready.operatorToken,
    headers: { 'idempotency-key': crypto.randomUUID() },
  });
  expect(answer.status, answer.text).toBe(status);
}

const board = async (room: string) =>
  v.parse(boardSchema, JSON.parse((await call('GET', `${stack.ready.edgeUrl}/api/rooms/${room}/board`)).text));

/** Opens the room's page, as soon as the room is there, and joins by the button. */
async function join(page: Page, room: string): Promise<void> {
  await expect
    .poll(async () => (await page.goto(`${stack.ready.edgeUrl}/rooms/${room}`))?.status(), { timeout: 15_000 })
    .toBe(200);
  await page.getByRole('button', { name: 'Join the line' }).click(WAIT);
  await page.getByRole('button', { name: 'Give up my place' }).waitFor(WAIT);
}

/** The place as the server tells it to this page. */
async function ownPlace(page: Page, room: string): Promise<{ ticketId: string; score?: string | undefined }> {
  const text = await page.evaluate(async (path) => (await fetch(path)).text(), `/api/rooms/${room}/tickets/me`);
  return v.parse(v.object({ ticketId: v.string(), score: v.optional(v.string()) }), JSON.parse(text));
}

const shownPosition = (page: Page): Promise<string | null> => page.locator('#position-number').textContent();

/** One place at a time: the first gets in while the second still waits, and the second once the first has left. */
async function expectInOrder(room: string, first: Page, second: Page): Promise<void> {
  await first.waitForURL(/\/shop\//, WAIT);
  expect(new URL(second.url()).pathname).toBe(`/rooms/${room}`);
  await first.evaluate((path) => fetch(path, { method: 'DELETE' }), `/api/rooms/${room}/passes/me`);
  await second.waitForURL(/\/shop\//, WAIT);
}

const isWiderThanScreen = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);

it('two pages wait in the lobby with a countdown, learn their drawn places at the opening, and get in in that order', async () => {
  const opensAt = new Date(Date.now() + 25_000).toISOString();
  await createRoom('doors', { lobbyOpensAt: new Date(Date.now() - 60_000).toISOString(), opensAt });
  const phone = { viewport: { width: 375, height: 740 }, colorScheme: 'dark' as const };
  const visitors = [await openVisitor(browser, phone), await openVisitor(browser)];
  for (const { page } of visitors) {
    await join(page, 'doors');
    await page.getByRole('heading', { name: 'You are in the lobby' }).waitFor(WAIT);
  }
  const [small] = visitors.map(({ page }) => page);
  const secondsLeft = async () => Number(/in (\d+) s/.exec((await small?.locator('#next').textContent()) ?? '')?.[1]);
  const before = await secondsLeft();
  await expect.poll(secondsLeft).toBeLessThan(before);
  if (small !== undefined) expect(await isWiderThanScreen(small)).toBe(false);

  await Promise.all(visitors.map(({ page }) => page.getByRole('heading', { name: 'You are in line' }).waitFor(WAIT)));
  const { draw, lanes } = await board('doors');
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
  await expectInOrder('doors', first, second);
  expect(visitors.flatMap(({ errors }) => errors)).toEqual([]);
});

it('two pages in line, one by its socket and one by the board, outlive a loss of Redis and get in in their order', async () => {
  await createRoom('lost');
  const [first, second] = [await openVisitor(browser), await openVisitor(browser)];
  await second.page.routeWebSocket(/./, (socket) => void socket.close());
  await expect.poll(async () => (await call('GET', `${stack.ready.edgeUrl}/rooms/lost`)).status, WAIT).toBe(200);
  await operate('/lost/pause', {});
  await expect.poll(async () => (await board('lost')).phase, WAIT).toBe('paused');
  for (const { page } of [first, second]) await join(page, 'lost');
  const positions = () => Promise.all([shownPosition(first.page), shownPosition(second.page)]);
  await expect.poll(positions, WAIT).toEqual(['1', '2']);
  // A tick without joins is written, so that a restore need not guess how many came since.
  const { tick } = await board('lost');
  await expect.poll(async () => (await board('lost')).tick, WAIT).toBeGreaterThan(tick + 2);
  const { epoch } = await board('lost');
  const ids = await Promise.all([first, second].map(async ({ page }) => (await ownPlace(page, 'lost')).ticketId));

  const redis = new Redis(stack.ready.redisUrl);
  const inLine = () => redis.zrange(laneKeys('lost', 'general').waiting, 0, -1);
  expect(await inLine()).toEqual(ids);
  await redis.flushall();
  expect(await inLine()).toEqual([]);
  await expect.poll(async () => (await board('lost')).epoch, WAIT).toBeGreaterThan(epoch);
  // Both are near the head, so both add their tickets again, each at a moment of their own.
  await expect.poll(inLine, WAIT).toEqual(ids);
  redis.disconnect();
  await expect.poll(positions, WAIT).toEqual(['1', '2']);
  await operate('/lost/resume', {});
  await expectInOrder('lost', first.page, second.page);
  expect([...first.errors, ...second.errors]).toEqual([]);
});
