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

/** What happens, in one line. */
export function formatLive(now: Snapshot, total: number): string {
  const surprises = now.unexpected > 0 ? ` · UNEXPECTED ${now.unexpected}` : '';
  return (
    `joined ${now.joined}/${total} · waiting ${now.waiting} · admitted ${now.admitted} · inside ${now.inside} · ` +
    `holding ${now.holding} · sold ${now.sold} (${now.soldPlaces} places) · refused ${now.refused} · ` +
    `abandoned ${now.abandoned} · ghosts ${now.ghosts} · ${now.ratePerMinute}/min${surprises}`
  );
}

/** How often the line is worth showing there, in ms. */
export const livePeriodMs = (output: LineOutput): number => (output.isTTY === true ? TTY_PERIOD_MS : PIPE_PERIOD_MS);

/** Shows the line. */
export function showLive(output: LineOutput, text: string): void {
  if (output.isTTY !== true) {
    output.write(`${text}\n`);
    return;
  }
  const columns = output.columns ?? USUAL_COLUMNS;
  // A line that wraps could not be replaced in place.
  output.write(CLEAR + (text.length < columns ? text : `${text.slice(0, columns - 2)}…`));
}

/** Leaves the last line standing, so that what follows begins on its own. */
export function endLive(output: LineOutput): void {
  if (output.isTTY === true) output.write('\n');
}
