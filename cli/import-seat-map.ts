import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import * as v from 'valibot';
import { MAX_IMPORT_BYTES } from '../contracts/limits.ts';
import { judgeSeatMap } from '../core/seat-maps/import-seat-map.ts';
import { OperatingError } from '../platform/operating-error.ts';
import { CommandError } from './command-error.ts';
import { type OrderTarget, sendOrder } from './operator-order.ts';
import type { Surroundings } from './surroundings.ts';

const TYPES: ReadonlyMap<string, 'json' | 'csv'> = new Map([
  ['.json', 'json'],
  ['.csv', 'csv'],
]);
/** How long the server may take, ms: it has the same work again, and Postgres has to write it. */
const IMPORT_TIMEOUT_MS = 60_000;
/** Seats between two lines of progress. */
const PROGRESS_SEATS = 20_000;

const answerSchema = v.object({
  id: v.string(),
  seatCount: v.number(),
  zones: v.array(v.object({ kind: v.string(), capacity: v.number() })),
});

/**
 * Judges a file here first, since that is faster than sending it, then sends it, saying on stderr how far it is. Returns the line that
 * says what was written, or would be. Errors: CommandError with the line and field of each fault, and those of `sendOrder`.
 */
export async function sendSeatMap(
  { cwd, err }: Pick<Surroundings, 'cwd' | 'err'>,
  { file, id, isDryRun, target }: { file: string; id: string | undefined; isDryRun: boolean; target: OrderTarget },
): Promise<string> {
  const type = TYPES.get(extname(file).toLowerCase());
  if (type === undefined)
    throw new CommandError(`${file} is neither *.json nor *.csv.`, { fix: 'See docs/imports.md.' });
  const text = await readText(resolve(cwd, file));
  const ofCsv = type === 'csv' ? (id ?? basename(file, extname(file)).toLowerCase()) : null;
  let toldAt = 0;
  await judgeSeatMap({ type, text }, ofCsv, (seats) => {
    if (seats - toldAt < PROGRESS_SEATS) return;
    toldAt = seats;
    err(`${seats.toLocaleString('en')} seats checked\n`);
  }).catch((error: unknown) => {
    throw error instanceof OperatingError ? faultsOf(file, error) : error;
  });
  err(`checked; sending ${(text.length / 1e6).toFixed(1)} MB\n`);
  const query = new URLSearchParams({
    ...(ofCsv === null ? {} : { id: ofCsv }),
    ...(isDryRun ? { dryRun: 'true' } : {}),
  });
  const body = { type: type === 'csv' ? 'text/csv' : 'application/json', text };
  const path = `seat-maps${query.size === 0 ? '' : `?${query.toString()}`}`;
  const answer = await sendOrder({ method: 'POST', path, file: body, timeoutMs: IMPORT_TIMEOUT_MS }, target);
  const { id: written, seatCount, zones } = v.parse(answerSchema, JSON.parse(answer));
  const places = zones.reduce((sum, { kind, capacity }) => sum + (kind === 'general' ? capacity : 0), 0);
  const what = `${seatCount.toLocaleString('en')} seats and ${places.toLocaleString('en')} places in ${zones.length} zones`;
  return isDryRun ? `${written}: would be written with ${what}; nothing was` : `${written}: written with ${what}`;
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new CommandError(`${path} can't be read.`, { fix: 'Check its name and its mode.', cause });
  });
  if (bytes.length > MAX_IMPORT_BYTES)
    throw new CommandError(`${path} has more than ${MAX_IMPORT_BYTES / 1024 / 1024} MB.`, {
      fix: 'Import it as several maps.',
    });
  return bytes.toString('utf8');
}

function faultsOf(file: string, { code, details }: OperatingError): CommandError {
  const faults = (details.errors ?? []).map(({ path, message }) => `\n  ${path === '' ? '' : `${path}, `}${message}`);
  const what = faults.length === 0 ? ` ${code}` : faults.join('');
  return new CommandError(`${file} is no seat map:${what}`, { fix: 'Mend these lines; nothing was sent.' });
}
