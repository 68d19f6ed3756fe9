import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShop } from '../../edge/identity/shop.fixture.ts';
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

const join = (page: Page) => page.getByRole('button', { name: 'Join the line' }).click(WAIT);

it('a page brings the shop’s identity along, takes a lane’s code, and says what is wrong with either', async () => {
  const { edgeUrl, operatorToken } = stack.ready;
  const shop = await openShop();
  const lanes = [
    { name: 'general', weight: 1 },
    { name: 'presale', weight: 1, codes: ['GOLDEN-TICKET'] },
  ];
  const changed = await fetch(`${edgeUrl}/api/core/v1/operator/rooms/demo`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json', 'if-match': '*' },
    body: JSON.stringify({ requireIdentity: true, identityKeys: [shop.key], lanes }),
  });
  expect(changed.status).toBe(200);
  const [stranger, anna, again] = await Promise.all([openVisitor(browser), openVisitor(browser), openVisitor(browser)]);
  const arrive = async (page: Page) =>
    page.goto(`${edgeUrl}/rooms/demo#identity=${await shop.sign('anna', { nowMs: Date.now() })}`);

  // The page shows the field once the room's new settings are in force.
  const fields = async () => {
    await stranger.page.goto(`${edgeUrl}/rooms/demo`);
    return stranger.page.getByLabel(/^Your code/).count();
  };
  await expect.poll(fields, WAIT).toBe(1);
  await join(stranger.page);
  await stranger.page.getByText('This room asks the shop who you are.').waitFor(WAIT);

  await arrive(anna.page);
  expect(anna.page.url()).toBe(`${edgeUrl}/rooms/demo`);
  const code = anna.page.getByLabel(/^Your code/);
  await code.fill('BRASS-TICKET');
  await code.press('Enter');
  await anna.page.getByText('This code opens nothing here.').waitFor(WAIT);
  await expect.poll(() => code.getAttribute('aria-invalid'), WAIT).toBe('true');
  await code.fill('GOLDEN-TICKET');
  await join(anna.page);
  await anna.page.waitForURL(/\/shop\//, WAIT);

  await arrive(again.page);
  await join(again.page);
  await again.page.getByText('You have a place already').waitFor(WAIT);
  for (const { errors } of [stranger, anna, again]) expect(errors).toEqual([]);
});
