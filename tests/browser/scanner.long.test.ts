import AxeBuilder from '@axe-core/playwright';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { encodeQR } from 'qr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBuyer, eventually } from '../support/buyer.ts';
import { openVisitor, startBrowser } from '../support/browser.ts';
import { call, freshKey, textOf } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { admitted } from '../support/visitor.ts';

const WAIT = { timeout: 30_000 };
const [WIDTH, HEIGHT] = [640, 480];
let stack: Stack;
let folder: string;
let browser: Browser | undefined;
let codes: string[];
let performanceId: string;

beforeAll(async () => {
  [stack, folder] = await Promise.all([startStack(), mkdtemp(join(tmpdir(), 'onsale-scanner-'))]);
  performanceId = stack.ready.rooms['demo']?.performances[0] ?? '';
  codes = await buyTickets(3);
});
afterAll(async () => {
  await browser?.close();
  await stack.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** A paid booking of so many seats; the codes of its tickets. */
async function buyTickets(count: number): Promise<string[]> {
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

it('lets in by the camera, judges alone without a network, hands in later and shows the conflict', async () => {
  const [seen = '', alone = '', copied = ''] = codes;
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
  await verdict.filter({ hasText: 'Let in' }).waitFor(WAIT);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);

  const type = async (code: string) => {
    await page.getByLabel('Code', { exact: true }).fill(code);
    await page.getByRole('button', { name: 'Check' }).click();
  };
  await type(seen);
  await verdict.filter({ hasText: 'Already in' }).waitFor(WAIT);
  await type('no ticket');
  await verdict.filter({ hasText: 'No ticket of ours' }).waitFor(WAIT);
  await page.context().setOffline(true);
  await type(alone);
  await verdict.filter({ hasText: 'Let in' }).filter({ hasText: 'without a network' }).waitFor(WAIT);
  await type(copied);
  await page.getByText('2 to hand in').waitFor(WAIT);
  // Meanwhile a copy comes to a gate that has a network.
  const url = `${stack.ready.edgeUrl}/api/core/v1/check-ins`;
  const scan = (code: string) =>
    call('POST', url, {
      bearer: stack.ready.operatorToken,
      headers: freshKey(),
      body: { code, performanceId, gate: 'south' },
    });
  expect((await scan(copied)).body['result']).toBe('admit');
  await page.context().setOffline(false);
  await page.getByRole('heading', { name: 'should not have been' }).waitFor(WAIT);
  expect((await scan(alone)).body).toMatchObject({ result: 'already_in', gate: 'north' });
  expect(errors).toEqual([]);
}, 120_000);
