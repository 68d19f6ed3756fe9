import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPushService } from '../../core/push/push-browser.fixture.ts';
import { cutOff, expectSound, openVisitor, startBrowser, WAIT } from '../support/browser.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { sellOut } from './sell-out.ts';

const ASHA = 'asha@example.org';
const GRACE = 'grace@example.org';
const messagesSchema = v.object({ items: v.array(v.object({ id: v.string(), subject: v.string() })) });
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
  await buyer.page.getByLabel('E-mail').fill(ASHA);
  await buyer.page.locator('form button[type=submit]').click();
  await buyer.page.getByRole('button', { name: /^Pay/ }).click(WAIT);
  await buyer.page.waitForURL(/\/shop\/\?booking=/, WAIT);
  await buyer.page.getByRole('heading', { name: 'Your booking' }).waitFor(WAIT);
  await buyer.page.locator('svg[role=img], img[alt*="QR" i], [aria-label*="QR" i]').first().waitFor(WAIT);

  const sold = other.page.locator(`button[data-seat="${seatId}"][aria-label*="sold"]`);
  await sold.waitFor(WAIT);
  expect([...buyer.errors, ...other.errors]).toEqual([]);
});

it('who booked as a guest signs in elsewhere by the code in the mail, cancels there, and has their data erased', async () => {
  const { page, errors } = await openVisitor(browser, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await page.goto(`${stack.ready.edgeUrl}/shop/?account`);
  await page.getByLabel('E-mail').fill(ASHA);
  await page.keyboard.press('Enter');
  const code = page.getByLabel('Code');
  await code.waitFor(WAIT);
  expect([await code.getAttribute('autocomplete'), await code.getAttribute('inputmode')]).toEqual([
    'one-time-code',
    'numeric',
  ]);
  await page.keyboard.type('0');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('That code is wrong').waitFor(WAIT);
  await expectSound(page);
  await code.fill(await mailedCode(ASHA));
  await page.keyboard.press('Enter');
  await page.getByText(`Signed in as ${ASHA}`).waitFor(WAIT);
  await page.locator('.own-booking').getByText('Confirmed').waitFor(WAIT);
  await expectSound(page);
  // What signs them in is nothing that a script of the page could take away.
  expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain('as_');

  await goThroughTheRoom(page);
  await (await openZone(page)).nth(1).click();
  await page.getByRole('button', { name: /^Hold/ }).click();
  await page.getByRole('heading', { name: 'Held for you' }).waitFor(WAIT);
  await expect.poll(() => page.getByLabel('E-mail').inputValue(), WAIT).toBe(ASHA);

  await page.goto(`${stack.ready.edgeUrl}/shop/?account`);
  await eraseData(page);
  await page.getByText('You have a paid booking').waitFor(WAIT);
  await page.locator('.own-booking a').first().click();
  await page.locator('img.qr').first().waitFor(WAIT);
  await giveTicket(page);
  const push = await turnPushOn(page);
  await page.getByRole('button', { name: 'Cancel booking' }).click();
  await page.getByRole('button', { name: 'Cancel the booking' }).click();
  await page.getByText('This booking is cancelled').waitFor(WAIT);
  await push.expectShown('Your booking is cancelled');
  await page.goBack();
  const download = page.waitForEvent('download', WAIT);
  await page.getByRole('link', { name: 'Download my data' }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toContain('Asha Rao');
  await eraseData(page);
  await page.getByText('Your data is erased').waitFor(WAIT);
  expect((await page.context().cookies()).filter(({ name }) => name.includes('account'))).toEqual([]);
  expect(errors).toEqual([]);
});

/** Gives the one ticket away by keyboard, and opens it as its new holder by the link in their mail. */
async function giveTicket(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Give to somebody/ }).press('Enter');
  await page.getByLabel('Their name').fill('Grace Hopper');
  await page.getByLabel('Their e-mail').fill('grace');
  await page.keyboard.press('Enter');
  await page.getByText('Please enter an address like').waitFor(WAIT);
  await expectSound(page);
  await page.getByLabel('Their e-mail').fill(GRACE);
  await page.keyboard.press('Enter');
  await page.getByText('Is this right?').waitFor(WAIT);
  await expectSound(page);
  await page.getByRole('button', { name: 'Yes, give the ticket' }).click();
  await page.getByText('We are sending the ticket to').waitFor(WAIT);
  await page.keyboard.press('Escape');
  await page.getByText('All tickets of this booking were given to other people').waitFor(WAIT);
  const link = /https?:\S+ticket=\S+/.exec(await mailedText(GRACE, /^A ticket for you/))?.[0] ?? '';
  const { page: hers, errors } = await openVisitor(browser);
  await hers.goto(link);
  await hers.getByRole('img', { name: /^QR code/ }).waitFor(WAIT);
  expect(hers.url()).not.toContain('#');
  await expectSound(hers);
  expect(errors).toEqual([]);
}

it('who found a show sold out waits for it, is offered what somebody cancels, and buys it, on a dark phone', async () => {
  const phone = { viewport: { width: 390, height: 740 }, colorScheme: 'dark' as const };
  const { page, errors } = await openVisitor(browser, phone);
  const somebody = await sellOut(stack.ready, 'two-chairs');
  await page.goto(`${stack.ready.edgeUrl}/shop/?performance=two-chairs`);
  await page.getByText('Sold out for now').waitFor(WAIT);
  await page.getByLabel('Places together').selectOption('2');
  const email = page.getByLabel('E-mail');
  await email.press('Enter');
  await page.getByRole('alert').getByText('Please enter your e-mail address').waitFor(WAIT);
  expect(await email.evaluate((field) => field === document.activeElement)).toBe(true);
  await expectSound(page);
  await page.keyboard.type('ravi@example.org');
  await page.keyboard.press('Enter');
  await page.getByText('you are next').waitFor(WAIT);
  await page.getByText('Two Chairs').waitFor(WAIT);
  await expectSound(page);
  await page.getByRole('button', { name: 'Leave the waitlist' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).press('Enter');
  await page.getByText('You have left the waitlist').waitFor(WAIT);
  await page.getByRole('link', { name: 'To the seats' }).press('Enter');
  await email.fill('ravi@example.org');
  await page.getByLabel('Places together').selectOption('2');
  await page.getByRole('button', { name: 'Join the waitlist' }).press('Enter');
  await page.getByText('you are next').waitFor(WAIT);

  await somebody.cancel();
  // As by a look at another window and back; without it, within ten seconds.
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.getByRole('heading', { name: 'Offered to you' }).waitFor(WAIT);
  expect(await page.getByRole('timer').textContent()).toMatch(/^1[45]:\d\d$/);
  await page.getByText('Row A, seat 2').waitFor(WAIT);
  await page.getByText('Fees of €5.00 are in it.').waitFor(WAIT);
  await expectSound(page);
  const elsewhere = await openVisitor(browser);
  const link = /http\S+#token=\S+/.exec(await mailedText('ravi@example.org', /^Places for/))?.[0] ?? '';
  await elsewhere.page.goto(link);
  await elsewhere.page.getByRole('button', { name: 'Take these places' }).waitFor(WAIT);

  await page.getByRole('button', { name: 'Take these places' }).press('Enter');
  await page.getByRole('heading', { name: 'Held for you' }).waitFor(WAIT);
  expect(await page.getByRole('link', { name: 'Join the line' }).count()).toBe(0);
  await page.getByLabel('Full name').fill('Ravi Rao');
  await email.fill('ravi@example.org');
  await page.getByRole('button', { name: 'Pay €105.00' }).press('Enter');
  await page.getByRole('button', { name: /^Pay/ }).click(WAIT);
  await page.waitForURL(/\/shop\/\?booking=/, WAIT);
  await page.locator('img.qr').nth(1).waitFor(WAIT);
  await elsewhere.page.reload();
  await elsewhere.page.getByText('You have booked').waitFor(WAIT);
  expect([...errors, ...elsewhere.errors]).toEqual([]);
});

/**
 * Presses the switch, with a push service of ours in place of the browser's, which is on the network; later hands what came for the browser
 * to its service worker, and looks at what that shows.
 */
async function turnPushOn(page: Page) {
  const channels: unknown = await (await fetch(`${stack.ready.edgeUrl}/api/core/v1/notification-channels`)).json();
  const { push } = v.parse(v.object({ mail: v.literal(true), push: v.object({ publicKey: v.string() }) }), channels);
  const service = await startPushService(push.publicKey);
  const { subscription, pushed } = service.subscribe('/browser');
  await page.context().grantPermissions(['notifications']);
  await page.evaluate(
    `PushManager.prototype.subscribe = async () => ({ toJSON: () => (${JSON.stringify(subscription)}) })`,
  );
  const control = page.getByRole('switch', { name: 'Tell me in this browser' });
  expect(await control.getAttribute('aria-checked')).toBe('false');
  await control.press('Enter');
  await page.getByText('This browser will tell you').waitFor(WAIT);
  expect(await control.getAttribute('aria-checked')).toBe('true');
  await expectSound(page);
  return {
    async expectShown(title: string) {
      await expect.poll(() => pushed.length, WAIT).toBe(1);
      const session = await page.context().newCDPSession(page);
      const registered = new Promise<string>((resolve) => {
        session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
          const own = registrations.find(({ scopeURL }) => scopeURL.endsWith('/push/'));
          if (own !== undefined) resolve(own.registrationId);
        });
      });
      await session.send('ServiceWorker.enable');
      const origin = new URL(page.url()).origin;
      const data = JSON.stringify(pushed[0]?.payload);
      await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registered, data });
      const shown = `navigator.serviceWorker.getRegistration('/push/')
        .then((own) => own.getNotifications()).then((all) => all.map(({ title }) => title))`;
      await expect.poll(() => page.evaluate(shown), WAIT).toEqual([title]);
      await service.close();
    },
  };
}

async function eraseData(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Erase my data' }).click(WAIT);
  await page.getByRole('button', { name: 'Erase for good' }).click();
}

/** The newest sign-in code that came to an address, as its owner reads it. */
const mailedCode = async (address: string): Promise<string> =>
  /\b\d{8}\b/.exec(await mailedText(address, /^Your sign-in code$/))?.[0] ?? '';

/** The text of the newest message of this subject that came to an address. */
async function mailedText(address: string, subject: RegExp): Promise<string> {
  const { mailboxUrl } = stack.ready;
  const read = async () => {
    const list = v.parse(messagesSchema, await (await fetch(`${mailboxUrl}/messages.json?to=${address}`)).json());
    const id = list.items.find((item) => subject.test(item.subject))?.id;
    if (id === undefined) return '';
    const message: unknown = await (await fetch(`${mailboxUrl}/messages/${id}/message.json`)).json();
    return v.parse(v.object({ text: v.string() }), message).text;
  };
  await expect.poll(read, WAIT).not.toBe('');
  return read();
}

it('a visitor without script joins, waits by refreshing, and enters by a button', async () => {
  const { page } = await openVisitor(browser, { javaScriptEnabled: false });
  await page.goto(`${stack.ready.edgeUrl}/rooms/demo`);
  await page.getByRole('button', { name: 'Join the line' }).click();
  const enter = page.getByRole('button', { name: 'Enter' });
  await enter.waitFor({ timeout: 60_000 });
  await enter.click();
  await page.waitForURL(/\/shop\//, WAIT);
});

it('the door’s page opens without a network, and says so', async () => {
  const { page, errors } = await openVisitor(browser, { viewport: { width: 360, height: 740 } });
  const performance = stack.ready.rooms['demo']?.performances[0] ?? '';
  await page.goto(`${stack.ready.edgeUrl}/scanner/?performance=${performance}`);
  await page.getByLabel('Door token').fill(stack.ready.operatorToken);
  await page.getByLabel('Gate').fill('north');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByText(/^Online, list of \d\d:\d\d/).waitFor(WAIT);
  await page.evaluate('navigator.serviceWorker.ready');
  await cutOff(page);
  await page.reload();
  await page.getByText(/^Offline since \d\d:\d\d, list of \d\d:\d\d/).waitFor(WAIT);
  await page.getByLabel('Code', { exact: true }).fill('no ticket');
  await page.keyboard.press('Enter');
  await page.getByText('No ticket of ours').waitFor(WAIT);
  await expectSound(page);
  expect(errors).toEqual([]);
});
