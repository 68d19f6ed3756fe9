import { OUTCOMES, percentile, type Tally } from './tally.ts';

export type SummaryOptions = {
  tally: Tally;
  visitors: number;
  seed: number;
  room: string;
  startedMs: number;
  nowMs: number;
};

const NAME_WIDTH = 34;
const NUMBER_WIDTH = 9;
const INDENT = '  ';

/** The table at the end: what became of the visitors, how they waited, what they were refused, and what nobody expected. */
export function formatSummary({ tally, visitors, seed, room, startedMs, nowMs }: SummaryOptions): string {
  const now = tally.snapshot(nowMs);
  const { totals, waitsMs } = tally;
  const ended = [...tally.outcomes.values()].reduce((sum, count) => sum + count, 0);
  const seconds = (nowMs - startedMs) / 1000;
  const lines = [
    `Crowd of ${visitors} in room ${room}, seed ${seed}, ${seconds.toFixed(1)} s`,
    '',
    row('joined', now.joined),
    row('admitted', now.admitted),
    row('sold, bookings', now.sold),
    row('sold, places', now.soldPlaces),
    ...OUTCOMES.flatMap((outcome) => rowIf(outcome.replace('_', ' '), tally.outcomes.get(outcome) ?? 0)),
    ...rowIf('still there at the end', visitors - ended),
    '',
    row('wait until admitted, p50', secondsOf(percentile(waitsMs, 0.5))),
    row('wait until admitted, p99', secondsOf(percentile(waitsMs, 0.99))),
    row('requests a visitor while waiting', ratio(totals.waitingRequests, now.joined - now.ghosts)),
    row('requests, all', totals.requests),
    row('requests a second', ratio(totals.requests, seconds)),
    ...section('Refused, as it may be', tally.refusals),
    ...section('UNEXPECTED', tally.unexpected),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, counts: ReadonlyMap<string, number>): string[] {
  if (counts.size === 0) return [];
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return ['', title, ...sorted.map(([name, count]) => row(name, count))];
}

const row = (name: string, value: number | string): string =>
  `${INDENT}${name.padEnd(NAME_WIDTH)} ${String(value).padStart(NUMBER_WIDTH)}`;

const rowIf = (name: string, value: number): string[] => (value > 0 ? [row(name, value)] : []);

const secondsOf = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);

const ratio = (of: number, to: number): string => (to > 0 ? (of / to).toFixed(1) : '–');
