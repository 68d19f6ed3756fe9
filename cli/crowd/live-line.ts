import type { Snapshot } from './tally.ts';

/** Where the line goes: a terminal shows it in place, anything else gets a line now and then. */
export type LineOutput = {
  write: (text: string) => unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
};

const TTY_PERIOD_MS = 250;
const PIPE_PERIOD_MS = 2000;
const USUAL_COLUMNS = 120;
/** To the line's beginning, and empty it (ECMA-48 EL). */
const CLEAR = '\r\u001B[2K';

/** What is left out first where a terminal is too narrow for all. */
const LEAST_NEEDED = ['ghosts', 'abandoned', 'holding', 'refused', 'inside'];

/** What happens, in one line of at most `columns` characters where that can be done by leaving counts out. */
export function formatLive(now: Snapshot, total: number, columns = Number.POSITIVE_INFINITY): string {
  const counts: [name: string, value: number | string][] = [
    ['joined', `${now.joined}/${total}`],
    ['waiting', now.waiting],
    ['admitted', now.admitted],
    ['inside', now.inside],
    ['holding', now.holding],
    ['sold', now.sold],
    ['refused', now.refused],
    ['abandoned', now.abandoned],
    ['ghosts', now.ghosts],
    ...(now.unexpected > 0 ? [['UNEXPECTED', now.unexpected] satisfies [string, number]] : []),
  ];
  const line = (left: readonly string[]): string =>
    [
      ...counts.filter(([name]) => !left.includes(name)).map(([name, value]) => `${name} ${value}`),
      `${now.ratePerMinute}/min`,
    ].join('  ');
  const lines = [...LEAST_NEEDED, ''].map((_, count) => line(LEAST_NEEDED.slice(0, count)));
  return lines.find((text) => text.length < columns) ?? line(LEAST_NEEDED);
}

/** How often the line is worth showing there, in ms. */
export const livePeriodMs = (output: LineOutput): number => (output.isTTY === true ? TTY_PERIOD_MS : PIPE_PERIOD_MS);

/** Shows the line; `format` is told how many columns there are. */
export function showLive(output: LineOutput, format: (columns?: number) => string): void {
  if (output.isTTY !== true) {
    output.write(`${format()}\n`);
    return;
  }
  const columns = output.columns ?? USUAL_COLUMNS;
  // A line that wraps could not be replaced in place.
  output.write(CLEAR + format(columns).slice(0, columns - 1));
}

/** Leaves the last line standing, so that what follows begins on its own. */
export function endLive(output: LineOutput): void {
  if (output.isTTY === true) output.write('\n');
}
