import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { encodeQR } from 'qr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBuyer, eventually } from '../support/buyer.ts';
import { bringBack, cutOff, expectSound, openVisitor, startBrowser, WAIT } from '../support/browser.ts';
import { call, freshKey, textOf } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { admitted } from '../support/visitor.ts';

const [WIDTH, HEIGHT] = [640, 480];
let stack: Stack;
let folder: string;
let browser: Browser | undefined;
let codes: string[];
let revoked: string[];
let performanceId: string;

beforeAll(async () => {
  [stack, folder] = await Promise.all([startStack(), mkdtemp(join(tmpdir(), 'onsale-scanner-'))]);
  performanceId = stack.ready.rooms['demo']?.performances[0] ?? '';
  codes = await buyTickets(4);
  revoked = await buyTickets(1, 'cancel');
});
afterAll(async () => {
  await browser?.close();
  await stack.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** A paid booking of so many seats; the codes of its tickets. `cancel`: the booking is cancelled before anybody comes. */
async function buyTickets(count: number, after?: 'cancel'): Promise<string[]> {
  const buyer = createBuyer(stack.ready, performanceId);
  const seats = await buyer.freeSeats(count);
  const { pass } = await admitted(stack.ready.edgeUrl, 'demo');
  const hold = await buyer.hold(pass, [{ zoneId: seats[0]?.zoneId, seats: seats.map(({ id }) => id) }]);
  const booking = await buyer.book(hold);
  await buyer.pay(booking);
  await eventually(
    'the booking is confirmed',
    () => buyer.booking(booking),
    ({ body }) => body['status'] === 'confirmed',
  );
  const url = buyer.core(`/bookings/${textOf(booking, 'bookingId')}/tickets`);
  const { tickets }: { tickets: { code: string }[] } = JSON.parse(
    (await call('GET', url, { bearer: textOf(booking, 'accessToken') })).text,
  );
  if (after === 'cancel') {
    const cancel = buyer.core(`/bookings/${textOf(booking, 'bookingId')}/cancel`);
    const asked = { bearer: textOf(booking, 'accessToken'), headers: freshKey(), body: {} };
    expect((await call('POST', cancel, asked)).status).toBe(200);
  }
  return tickets.map(({ code }) => code);
}

/** A film of one picture, the QR of a code, as Chromium plays it in place of a camera (YUV4MPEG2). */
function filmOf(code: string): Buffer {
  const modules = encodeQR(code, 'raw', { border: 4 });
  const size = Math.floor(HEIGHT / modules.length);
  const luma = Buffer.alloc(WIDTH * HEIGHT, 235);
  for (let y = 0; y < modules.length * size; y += 1) {
    const row = modules[Math.floor(y / size)] ?? [];
    for (let x = 0; x < row.length * size; x += 1) if (row[Math.floor(x / size)] === true) luma[y * WIDTH + x] = 16;
  }
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n`), luma, chroma]);
}

it('lets in by the camera, opens and judges without a network, hands in later and shows the conflict', async () => {
  const [seen = '', alone = '', copied = '', unseen = ''] = codes;
  const film = join(folder, 'ticket.y4m');
  await writeFile(film, filmOf(seen));
  const camera = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  browser = await startBrowser([...camera, `--use-file-for-fake-video-capture=${film}`]);
  const { page, errors } = await openVisitor(browser, { viewport: { width: 375, height: 812 } });
  await page.goto(`${stack.ready.edgeUrl}/scanner/?performance=${performanceId}`);
  await page.getByLabel('Door token').fill(stack.ready.operatorToken);
  await page.getByLabel('Gate').fill('north');
  await page.getByRole('button', { name: 'Begin' }).click();
  const verdict = page.locator('.verdict');
  const expectVerdict = (...texts: string[]) =>
    texts.reduce((found, hasText) => found.filter({ hasText }), verdict).waitFor(WAIT);
  const type = async (code: string) => {
    await page.getByLabel('Code', { exact: true }).fill(code);
    await page.getByRole('button', { name: 'Check' }).click();
  };
  await expectVerdict('Let in');
  await expectSound(page);
  await type(seen);
  await expectVerdict('Already in');
  await type('no ticket');
  await expectVerdict('No ticket of ours');
  await page.getByText(/^Online, list of \d\d:\d\d/).waitFor(WAIT);
  await page.evaluate('navigator.serviceWorker.ready');

  await cutOff(page);
  await page.reload();
  await page.getByText(/^Offline since \d\d:\d\d, list of \d\d:\d\d \(\d+ min old\)/).waitFor(WAIT);
  // The camera still sees who came in before the page was loaded anew.
  await expectVerdict('Already in', 'without a network');
  await type(alone);
  await expectVerdict('Let in', 'without a network');
  await type(revoked[0] ?? '');
  await expectVerdict('Cancelled', 'without a network');
  await type(copied);
  await expectVerdict('Let in', 'without a network');
  await page.reload();
  await page.getByText('2 to hand in').waitFor(WAIT);
  await type(alone);
  await expectVerdict('Already in', 'without a network');
  // Of what core answers nothing is kept by the browser, the page's own notes aside.
  const kept = `(async () => (await Promise.all((await caches.keys()).map(async (name) =>
    (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat())()`;
  expect(await page.evaluate(kept)).toEqual(expect.not.arrayContaining([expect.stringMatching(/api/)]));

  // Meanwhile a copy comes to a gate that has a network.
  const url = `${stack.ready.edgeUrl}/api/core/v1/check-ins`;
  const scan = (code: string) =>
    call('POST', url, {
      bearer: stack.ready.operatorToken,
      headers: freshKey(),
      body: { code, performanceId, gate: 'south' },
    });
  expect((await scan(copied)).body['result']).toBe('admit');
  await bringBack(page);
  await page.getByRole('heading', { name: 'should not have been' }).waitFor(WAIT);
  await page.getByText(/^Online, list of/).waitFor(WAIT);
  expect((await scan(alone)).body).toMatchObject({ result: 'already_in', gate: 'north' });
  expect((await scan(unseen)).body['result']).toBe('admit');
  expect(errors).toEqual([]);
}, 120_000);
