import { parse } from 'csv-parse/sync';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { formatMoney } from '../core/notifications/compose.ts';
import { CommandError } from './command-error.ts';
import { sendOrder, type OrderTarget } from './operator-order.ts';
import type { Surroundings } from './surroundings.ts';

/** Copies of the catalogue in other processes know within three seconds that a sale has ended (OPERATIONS); ms. */
const KNOWN_EVERYWHERE_MS = 3500;
/** A list of all bookings is as long as the house is large, ms. */
const LIST_TIMEOUT_MS = 300_000;
/** Refunds under way: enough to be quick, few enough that buyers of other shows notice nothing. */
const AT_ONCE = 4;
const TRIES = 3;
const AGAIN_MS = 1000;
/** So many that failed one after another say that all others would, too. */
const HOPELESS = 20;
/** Refunds between two lines of progress. */
const PROGRESS = 500;

const bookingSchema = v.object({
  bookingId: v.string(),
  status: v.string(),
  places: v.pipe(v.string(), v.transform(Number)),
  capturedMinor: v.pipe(v.string(), v.transform(Number)),
  refundedMinor: v.pipe(v.string(), v.transform(Number)),
  currency: v.string(),
  payBy: v.string(),
});
type Listed = v.InferOutput<typeof bookingSchema>;
const performanceSchema = v.object({ status: v.string() });

/**
 * Ends a performance's sale and gives every paid booking its money back, saying on stderr how far it is; without `isMeant` it only looks.
 * May be run again at any time: what was given back is not given back twice. Returns the line that says what was done. Errors:
 * CommandError when some could not be given back, or are unpaid still, and those of `sendOrder`.
 */
export async function callOff(
  { err }: Pick<Surroundings, 'err'>,
  { performance, isMeant, target }: { performance: string; isMeant: boolean; target: OrderTarget },
): Promise<string> {
  const path = `performances/${encodeURIComponent(performance)}`;
  const { status } = v.parse(performanceSchema, JSON.parse(await sendOrder({ method: 'GET', path }, target)));
  if (!isMeant) {
    const listed = await readBookings(performance, target);
    return `${performance}: would end its sale and give back ${sumUp(paidOf(listed))}; unpaid: ${unpaidOf(listed).length}. Nothing was changed; --yes does it.`;
  }
  if (status !== 'ended') {
    await sendOrder({ method: 'PATCH', path, body: { status: 'ended' } }, target);
    err('the sale has ended; waiting until it is known everywhere\n');
    await sleep(KNOWN_EVERYWHERE_MS);
  }
  const paid = paidOf(await readBookings(performance, target));
  const failure = await refundAll(paid, target, err);
  const after = await readBookings(performance, target);
  const [left, unpaid] = [paidOf(after), unpaidOf(after)];
  const leftIds = new Set(left.map(({ bookingId }) => bookingId));
  const done = `${performance}: called off; ${sumUp(paid.filter(({ bookingId }) => !leftIds.has(bookingId)))} given back`;
  if (left.length === 0 && unpaid.length === 0) return done;
  const open = [
    ...(left.length === 0 ? [] : [`paid and left: ${left.length}${failure === null ? '' : ` (${failure})`}`]),
    ...(unpaid.length === 0 ? [] : [`unpaid, to be paid until ${lastOf(unpaid)}: ${unpaid.length}`]),
  ];
  throw new CommandError(`${done}. Still ${open.join('; ')}.`, {
    fix: 'Run this again then; nothing goes back twice.',
  });
}

/** Refunds booking by booking; returns what the last that failed was told, or null when none did. */
async function refundAll(
  paid: readonly Listed[],
  target: OrderTarget,
  err: Surroundings['err'],
): Promise<string | null> {
  let [done, failedInARow] = [0, 0];
  let failure: string | null = null;
  const queue = paid.values();
  const work = async (): Promise<void> => {
    for (const { bookingId } of queue) {
      if (failedInARow >= HOPELESS) return;
      const refusal = await refundOne(bookingId, target);
      failedInARow = refusal === null ? 0 : failedInARow + 1;
      failure = refusal ?? failure;
      done += 1;
      if (done % PROGRESS === 0) err(`${done.toLocaleString('en')} of ${paid.length.toLocaleString('en')} bookings\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failure;
}

/** Returns why it was refused, or null. Cancelled by its buyer meanwhile is refused as well, and left to the list that is read after. */
async function refundOne(bookingId: string, target: OrderTarget): Promise<string | null> {
  let refusal = '';
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      await sendOrder({ method: 'POST', path: `bookings/${bookingId}/refund`, body: {} }, target);
      return null;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      refusal = error.message;
      if (/^4\d\d /.test(refusal)) return refusal;
      if (attempt < TRIES) await sleep(AGAIN_MS);
    }
  }
  return refusal;
}

async function readBookings(performance: string, target: OrderTarget): Promise<Listed[]> {
  const path = `bookings.csv?performanceId=${encodeURIComponent(performance)}`;
  const text = await sendOrder({ method: 'GET', path, timeoutMs: LIST_TIMEOUT_MS }, target);
  return v.parse(v.array(bookingSchema), parse(text, { columns: true }));
}

const paidOf = (listed: readonly Listed[]): Listed[] => listed.filter(({ status }) => status === 'confirmed');
const unpaidOf = (listed: readonly Listed[]): Listed[] => listed.filter(({ status }) => status === 'pending_payment');
const lastOf = (listed: readonly Listed[]): string =>
  listed
    .map(({ payBy }) => payBy)
    .toSorted()
    .at(-1) ?? '';

function sumUp(listed: readonly Listed[]): string {
  const places = listed.reduce((sum, one) => sum + one.places, 0);
  const minor = listed.reduce((sum, one) => sum + one.capturedMinor - one.refundedMinor, 0);
  const money = listed[0] === undefined ? '' : `, ${formatMoney(minor, listed[0].currency, 'en')}`;
  return `${counted(listed.length, 'booking')} (${counted(places, 'place')}${money})`;
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
