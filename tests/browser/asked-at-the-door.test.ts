import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openShop } from '../../edge/identity/shop.fixture.ts';
import { expectSound, openVisitor, startBrowser, WAIT } from '../support/browser.ts';
import { startStack, type Stack } from '../support/stack.ts';

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

it('the shop finds a show by a misspelt name and trains between two stations, by the keyboard alone, on a small dark screen', async () => {
  const phone = { viewport: { width: 375, height: 740 }, colorScheme: 'dark' as const };
  const { page } = await openVisitor(browser, phone);
  await page.goto(`${stack.ready.edgeUrl}/shop/`);
  const box = page.getByRole('combobox', { name: 'Search' });
  await box.waitFor(WAIT);
  await box.focus();
  await page.keyboard.type('lantrn qay');
  const option = page.getByRole('option', { name: /Lantern Quay/ });
  await option.waitFor(WAIT);
  expect(await box.getAttribute('aria-expanded')).toBe('true');
  await page.keyboard.press('ArrowDown');
  expect(await box.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'));
  await expectSound(page);
  await page.keyboard.press('Enter');
  await page.getByText('One found').waitFor(WAIT);
  expect(await box.inputValue()).toBe('Night Music: the Lantern Quay Philharmonic');
  expect(new URL(page.url()).searchParams.get('q')).toContain('Lantern Quay');

  await box.fill('');
  await page.getByRole('combobox', { name: 'What' }).selectOption('train');
  await page.getByRole('combobox', { name: 'From' }).fill('mumbai');
  await page.getByRole('combobox', { name: 'To' }).fill('new dehli');
  await page.keyboard.press('Enter');
  await page.getByText('Mumbai Central to New Delhi').first().waitFor(WAIT);
  await page
    .getByText(/3A \d+ free/)
    .first()
    .waitFor(WAIT);
  await expectSound(page);
  await page.goBack();
  await page.goBack();
  await page.getByText('One found').waitFor(WAIT);
  await box.fill('qqqqwwww');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing found.').waitFor(WAIT);
});

it('a longer list of events grows by the keyboard: the focus goes to the first that is new, and the rest is said', async () => {
  const { page, errors } = await openVisitor(browser);
  const event = (id: string) => ({ id, name: `Evening ${id}`, kind: 'event', venue: null, performances: [] });
  const pages: Record<string, object> = {
    '': { items: ['one', 'two'].map(event), next: 'p2' },
    p2: { items: ['three', 'four'].map(event), next: 'p3' },
    p3: { items: [event('five')], next: null },
  };
  await page.route('**/api/core/v1/events?*', (route) =>
    route.fulfill({ json: pages[new URL(route.request().url()).searchParams.get('cursor') ?? ''] }),
  );
  await page.goto(`${stack.ready.edgeUrl}/shop/`);
  const more = page.getByRole('button', { name: 'More events' });
  const focused = () => page.evaluate(() => document.activeElement?.querySelector('h2')?.textContent);
  await more.focus(WAIT);
  await page.keyboard.press('Enter');
  await page.getByText('2 more, 4 shown').waitFor(WAIT);
  await expect.poll(focused, WAIT).toBe('Evening three');
  await more.focus();
  await page.keyboard.press('Enter');
  await page.getByText('1 more, all 5 shown').waitFor(WAIT);
  await expect.poll(focused, WAIT).toBe('Evening five');
  expect(await more.count()).toBe(0);
  expect(await page.getByRole('heading', { level: 2, name: /^Evening/ }).count()).toBe(5);
  await expectSound(page);
  expect(errors).toEqual([]);
});
