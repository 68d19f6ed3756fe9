import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePort } from '../../local-stack/process/free-port.ts';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { admitted } from '../support/visitor.ts';

let last: Stack | undefined;
let folder: string | undefined;
afterAll(async () => {
  await last?.dispose();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** Processes that name the data folder, as command line or as working directory's argument. */
const processesOf = (dataDir: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir) ||
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dataDir)
      );
    } catch {
      return false;
    }
  });

const isListening = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

it('Ctrl-C under load leaves no process and no port, and the next start goes on with the same data', async () => {
  // A port of its own: the default one goes to whichever stack starts beside this test, between its two.
  const port = String(await freePort());
  const first = await startStack({ args: ['--port', port, '--crowd', '60'] });
  folder = dirname(first.dataDir);
  const { edgeUrl, rooms } = first.ready;
  const buyer = createBuyer(first.ready, rooms['demo']?.performances[0] ?? '');
  const { ticket, pass } = await admitted(edgeUrl, 'demo');
  const [seat] = await buyer.freeSeats(1);
  const booking = await buyer.book(await buyer.hold(pass, [{ zoneId: seat?.zoneId, seats: [seat?.id] }]));
  expect(booking.status, booking.text).toBe(201);
  // A claim is in Postgres with the next tick; a Redis that starts again holds no more than that.
  const tick = async () => Number((await call('GET', `${edgeUrl}/api/rooms/demo/board`)).body['tick']);
  const claimed = await tick();
  await eventually('the claim is written', tick, (now) => now >= claimed + 2);

  expect(await first.stop('SIGINT'), first.output()).toBe(0);
  await eventually(
    'no process is left',
    async () => processesOf(first.dataDir),
    (left) => left.length === 0,
  );
  const { coreUrl, feedUrl, redisUrl, postgresUrl, restUrl, payments } = first.ready;
  for (const url of [edgeUrl, coreUrl, feedUrl, redisUrl, postgresUrl, restUrl, payments.sandboxUrl]) {
    expect(await isListening(url), url).toBe(false);
  }

  last = await startStack({ dataDir: first.dataDir, args: ['--port', port] });
  const again = createBuyer(last.ready, rooms['demo']?.performances[0] ?? '');
  expect((await again.booking(booking)).body['status']).toBe('pending_payment');
  await again.pay(booking);
  await eventually(
    'it is confirmed',
    () => again.booking(booking),
    (answer) => answer.body['status'] === 'confirmed',
  );
  // A busy machine may need some seconds more until the store answers in time.
  const known = await eventually(
    'the room answers',
    () => call('GET', `${edgeUrl}/api/rooms/demo/tickets/me`, { bearer: ticket }),
    ({ status }) => status !== 503,
  );
  expect(known.body, known.text).toMatchObject({ state: 'active' });
});
