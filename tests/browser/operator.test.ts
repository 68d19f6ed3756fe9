import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../db/connect.ts';
import { newId } from '../../platform/id.ts';
import { expectSound, openVisitor, startBrowser, WAIT } from '../support/browser.ts';
import { call } from '../support/http.ts';
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

/** The console, signed in, at one room; only the keyboard is used to sign in. */
async function openRoom(room = 'demo', options: Parameters<typeof openVisitor>[1] = {}) {
  const visitor = await openVisitor(browser, options);
  await visitor.page.goto(`${stack.ready.edgeUrl}/operator/#${room}`);
  await visitor.page.getByLabel(/token/i).fill(stack.ready.operatorToken);
  await visitor.page.keyboard.press('Enter');
  await visitor.page.getByRole('form', { name: 'Settings' }).waitFor(WAIT);
  return visitor;
}

/** Presses an order's button and confirms it. */
async function order(page: Page, label: string, confirm: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: confirm, exact: true }).click();
}

/** Changes the room behind the console's back. */
const patchMeanwhile = (settings: object) =>
  call('PATCH', `${stack.ready.edgeUrl}/api/core/v1/operator/rooms/demo`, {
    body: settings,
    bearer: stack.ready.operatorToken,
  });

it('changes a setting, and shows what the server refuses beside its field', async () => {
  const { page, errors } = await openRoom();
  const rate = page.getByLabel('New visitors per minute');
  const save = page.getByRole('button', { name: 'Save' });
  await rate.fill('240');
  await save.click();
  await page.getByText('newUsersPerMinute: 300 → 240').waitFor(WAIT);
  await page.getByLabel('Session, in seconds').fill('5');
  await save.click();
  await page.locator('#sessionDurationSeconds-error').filter({ hasText: /./ }).waitFor(WAIT);
  expect(await page.getByLabel('Session, in seconds').getAttribute('aria-invalid')).toBe('true');
  expect(errors).toEqual([]);
});

it('says that somebody else changed the room, and keeps the edits upon the newer settings', async () => {
  const { page } = await openRoom();
  await page.getByLabel('New visitors per minute').fill('222');
  expect((await patchMeanwhile({ totalActiveUsers: 321 })).status).toBe(200);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else changed this room').waitFor(WAIT);
  await page.getByRole('button', { name: 'Reload and keep my edits' }).click(WAIT);
  expect(await page.getByLabel('New visitors per minute').inputValue()).toBe('222');
  expect(await page.getByLabel('Visitors inside at the same time').inputValue()).toBe('321');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('newUsersPerMinute: 240 → 222').waitFor(WAIT);
});

it('pauses and resumes, and its announcement appears on the waiting page', async () => {
  const { page, errors } = await openRoom();
  await order(page, 'Pause', 'Pause admission');
  await page.locator('.state-paused').waitFor(WAIT);
  const visitor = await openVisitor(browser);
  await visitor.page.goto(`${stack.ready.edgeUrl}/rooms/demo`);
  await visitor.page.getByRole('button', { name: 'Join the line' }).click();
  await page.getByLabel('Message to everyone who waits').fill('Doors open at eight.');
  await page.getByRole('button', { name: 'Announce' }).click();
  await visitor.page.getByText('Doors open at eight.').waitFor(WAIT);
  await order(page, 'Resume', 'Resume');
  await page.locator('.state-open').waitFor(WAIT);
  await visitor.page.waitForURL(/\/shop\//, WAIT);
  expect([...errors, ...visitor.errors]).toEqual([]);
});

it('adds a room, takes a ticket out of it and closes it', async () => {
  const { page } = await openRoom();
  await page.getByRole('link', { name: 'All rooms' }).click();
  const demo = page.getByRole('listitem').filter({ has: page.locator('a[href="#demo"]') });
  await demo.getByText(/\d+ waiting · \d+ inside/).waitFor(WAIT);
  await expectSound(page);
  await page.getByText('New room').click(WAIT);
  await page.getByLabel('Short name for addresses').fill('Bad Name');
  await page.getByRole('button', { name: 'Create the room' }).click();
  await page.getByText(/a slug of 1 to 48/).waitFor(WAIT);
  await page.getByLabel('Short name for addresses').fill('autumn');
  await page.getByRole('button', { name: 'Create the room' }).click();
  await page.getByRole('heading', { name: 'autumn', level: 1 }).waitFor(WAIT);
  await page.getByLabel('Ticket id').fill('A'.repeat(22));
  await page.getByRole('button', { name: 'Revoke the ticket' }).click();
  await page.getByText(/is out with the next tick/).waitFor(WAIT);
  await order(page, 'Close', 'Close the room');
  await page.locator('.state-closed').waitFor(WAIT);
});

it('tries laid-aside work again, and tells what happened to its booking', async () => {
  const { postgresUrl, rooms } = stack.ready;
  const [bookingId, holdId] = [newId(), newId()];
  const sql = connectDatabase(postgresUrl, { max: 1 });
  await sql`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised,
      access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
    VALUES (${bookingId}, ${holdId}, ${rooms['demo']?.performances[0] ?? ''}, ${holdId}, 'cancelled', 'Ada', 'ada@example.org',
      'ada@example.org', sha256('x'), 100, 'GBP', 0, 1, now())`;
  await sql`INSERT INTO booking_history (booking_id, version, actor, action) VALUES (${bookingId}, 1, 'buyer', 'cancelled')`;
  await sql`INSERT INTO outbox (id, booking_id, version, kind, payload, attempts, last_error, dead_at)
    VALUES (${newId()}, ${bookingId}, 1, 'payment.refund', '{}', 30, 'the provider answered 404', now())`;
  const { page, errors } = await openRoom();
  await page.getByRole('link', { name: 'Laid-aside work' }).click();
  const card = page.getByRole('listitem').filter({ hasText: 'Refund a payment' });
  await card.getByText('the provider answered 404').waitFor(WAIT);
  await expectSound(page);
  await card.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('It is tried again: Refund a payment.').waitFor(WAIT);
  expect(await sql`SELECT 1 FROM audit WHERE action = 'dead_letter.replay'`).toHaveLength(1);
  await page.getByRole('link', { name: 'A booking' }).click();
  await page.getByLabel('Booking id').fill(bookingId);
  await page.keyboard.press('Enter');
  await page.getByRole('listitem').filter({ hasText: 'cancelled' }).getByText('buyer').waitFor(WAIT);
  await sql.end();
  expect(errors).toEqual([]);
});

const PHONE = { viewport: { width: 360, height: 720 }, colorScheme: 'dark' as const };
it('keeps seats and places out of a performance’s sale, and releases them, by the keyboard on a small phone', async () => {
  const { page, errors } = await openRoom('demo', PHONE);
  await page.getByRole('link', { name: 'blocks and allocations' }).first().press('Enter');
  await page.getByText('Nothing is kept out of the public sale.').waitFor(WAIT);
  await page.getByText('Keep places out of the sale').press('Enter');
  const form = page.getByRole('form', { name: 'New block' });
  const [name, seats, make] = [form.getByLabel('Name'), form.getByLabel('Seats'), form.getByRole('button')];
  await seats.fill('1: 1-4\n99: 1');
  await make.press('Enter');
  await page.getByText('Not in this zone: 99: 1').waitFor(WAIT);
  await name.fill('Camera');
  await seats.fill('1: 4-1');
  await make.press('Enter');
  await page.getByText('“Camera” is made: 4 places.').waitFor(WAIT);
  await form.getByLabel('Zone').selectOption('gallery-standing');
  await name.fill('Fan club');
  await form.getByLabel('Code').fill('FRIENDS');
  await form.getByLabel('How many places').fill('5000');
  await make.press('Enter');
  await page.getByText(/^Only \d+ are free\.$/).waitFor(WAIT);
  await form.getByLabel('How many places').fill('40');
  await make.press('Enter');
  await page.getByRole('listitem').filter({ hasText: 'Gallery (standing): 40' }).getByText('allocation').waitFor(WAIT);
  await expectSound(page);
  await page.getByRole('button', { name: 'Release Camera' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Release it' }).press('Enter');
  await page.getByText('“Camera” is released').waitFor(WAIT);
  await page.getByText('Arena, 1: 1-4').waitFor({ state: 'detached', ...WAIT });
  expect(errors).toEqual([]);
});

it('sets a sale up from the venue to the prices, with a seat map looked at first, and keeps its price beside another operator’s', async () => {
  const { page, errors } = await openRoom('demo', PHONE);
  await page.getByRole('link', { name: 'Catalogue' }).click();
  await page.getByText('New venue').click(WAIT);
  const venue = page.getByRole('form', { name: 'New venue' });
  for (const [label, text] of Object.entries({
    'Short name for addresses': 'old-mill',
    Name: 'Old Mill',
    City: 'Lyon',
    Country: 'FR',
    'Time zone': 'Mars/One',
  }))
    await venue.getByLabel(label, { exact: true }).fill(text);
  await venue.getByRole('button').click();
  await venue.locator('#new-venue-timeZone-error').filter({ hasText: /./ }).waitFor(WAIT);
  await venue.getByLabel('Time zone', { exact: true }).fill('Europe/Paris');
  await venue.getByRole('button').click();
  await page.getByRole('link', { name: 'Old Mill' }).waitFor(WAIT);
  await page.getByText('Import a seat map').click();
  const file = { name: 'mill.csv', mimeType: 'text/csv' };
  const seats = 'zone,zoneName,priceMinor,currency,row,seat\nstalls,Stalls,5000,EUR,A,1\nstalls,,,,A,';
  await page.getByLabel('JSON or CSV file').setInputFiles({ ...file, buffer: Buffer.from(`${seats}1`) });
  await page.getByLabel('Short name of the map').fill('mill');
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByText(/line 3: .* is the id of/).waitFor(WAIT);
  await page.getByLabel('JSON or CSV file').setInputFiles({ ...file, buffer: Buffer.from(`${seats}2`) });
  await page.getByRole('button', { name: 'Look at it only' }).click();
  await page.getByText('“mill” is right and could be written: 2 seats; Stalls (2).').waitFor(WAIT);
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByText('“mill” is written').waitFor(WAIT);
  await look(page, 'catalogue');
  await page.getByText('New event').click();
  const event = page.getByRole('form', { name: 'New event' });
  await event.locator('option[value=old-mill]').waitFor({ state: 'attached', ...WAIT });
  await event.getByLabel('Name', { exact: true }).fill('Mill Nights');
  await event.getByLabel('Venue', { exact: true }).fill('old-mill');
  await event.getByRole('button').click();
  await page.getByText('New performance').click(WAIT);
  const performance = page.getByRole('form', { name: 'New performance' });
  await performance.getByLabel('Starts', { exact: true }).fill('2031-05-01T20:00:00');
  await performance.getByLabel('Waiting room').fill('nowhere');
  await performance.getByLabel('Seat map').fill('mill');
  await performance.getByRole('button', { name: 'Add the performance' }).click();
  await performance.locator('#new-performance-room-error').filter({ hasText: 'no such room' }).waitFor(WAIT);
  await look(page, 'event');
  await performance.getByLabel('Waiting room').fill('demo');
  await performance.getByRole('button', { name: 'Add the performance' }).click();
  await page.getByRole('heading', { name: /^mill-nights-.*2031-05-01/, level: 1 }).waitFor(WAIT);
  const id = (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';
  const form = page.getByRole('form', { name: 'Fields' });
  await form.getByLabel('Price', { exact: true }).fill('much');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Enter an amount').waitFor(WAIT);
  await form.getByLabel('Price', { exact: true }).fill('62,50');
  const path = `${stack.ready.edgeUrl}/api/core/v1/operator/performances/${id}`;
  const meanwhile = await call('PATCH', path, { body: { placesPerBuyer: 3 }, bearer: stack.ready.operatorToken });
  expect(meanwhile.status).toBe(200);
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody else changed this performance').waitFor(WAIT);
  await page.getByRole('button', { name: 'Reload and keep my edits' }).click(WAIT);
  expect(await form.getByLabel('Places one buyer may have').inputValue()).toBe('3');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor(WAIT);
  const { body } = await call('GET', path, { bearer: stack.ready.operatorToken });
  expect(body).toMatchObject({ placesPerBuyer: 3, zones: [{ id: 'stalls', priceMinor: 6250, capacity: 2 }] });
  await look(page, 'performance');
  expect(errors).toEqual([]);
});

/** Whether a page is sound, and its picture where somebody wants to look at it. */
async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['ONSALE_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  await expectSound(page);
}

it('has an endpoint told of bookings: its secret is shown once, it is paused and deleted', async () => {
  const { page, errors } = await openRoom('demo', PHONE);
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByText('Nobody is told of bookings yet.').waitFor(WAIT);
  await page.getByText('New endpoint').click();
  const add = page.getByRole('button', { name: 'Add the endpoint' });
  await page.getByLabel('Address').fill('https://10.0.0.1/');
  await add.click();
  await page.locator('#url-error').filter({ hasText: /./ }).waitFor(WAIT);
  // Nobody listens at port 1.
  await page.getByLabel('Address').fill('http://127.0.0.1:1/hooks');
  await page.getByLabel('booking.expired').uncheck();
  await add.click();
  const secret = page.getByText(/^whsec_/);
  await secret.waitFor(WAIT);
  await expectSound(page);
  const first = await secret.textContent();
  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click();
  await page.getByText('The one before signs too until').waitFor(WAIT);
  expect(await secret.textContent()).not.toBe(first);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  expect(await secret.count()).toBe(0);
  await page.getByRole('button', { name: 'Send a test event' }).click();
  await page.getByText('A test event is on its way').waitFor(WAIT);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('.state-paused').waitFor(WAIT);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the endpoint' }).click();
  await page.getByText('Nobody is told of bookings yet.').waitFor(WAIT);
  expect(errors).toEqual([]);
});

it.each([
  ['a desktop', { viewport: { width: 1280, height: 900 } }],
  ['a small phone in the dark', PHONE],
])('fits %s and has no fault that axe knows', async (_name, options) => {
  const { page } = await openRoom('tatkal', options);
  const folder = process.env['ONSALE_SCREENSHOTS'];
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/operator-${options.viewport.width}.png`, fullPage: true });
  await expectSound(page);
});

it('the door’s page tells what is no ticket, by a code typed on a small phone', async () => {
  const { page, errors } = await openVisitor(browser, { viewport: { width: 360, height: 740 } });
  await page.goto(`${stack.ready.edgeUrl}/scanner/?performance=${stack.ready.rooms['demo']?.performances[0]}`);
  await page.getByLabel('Door token').fill(stack.ready.operatorToken);
  await page.getByLabel('Gate').fill('north');
  await page.keyboard.press('Enter');
  await page.getByLabel('Code', { exact: true }).fill('no ticket');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'No ticket of ours' }).waitFor(WAIT);
  expect(errors).toEqual([]);
});
