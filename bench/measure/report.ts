/** What a row must reach; judged only in full runs. */
export type Bound = { atLeast: number } | { atMost: number };

/** A figure as a number, for the saved file and its picture. */
export type Measured = { value: number; bound?: Bound };

/** One line of a bench's answer: a label, its figure as text, and the number behind it where it is kept or judged. */
export type Row = [label: string, figure: string] | [label: string, figure: string, measured: Measured];

/** Ratios first, then what they are made of. `notes` say what was real and what was not. */
export type Report = { title: string; rows: Row[]; notes?: string[] };

export const perSecond = (rate: number): string => `${whole(rate)}/s`;
export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
export const ratio = (value: number): string => value.toFixed(2);
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
export const whole = (count: number): string => Math.round(count).toLocaleString('en');

/** The number a bound names. */
export const limitOf = (bound: Bound): number => ('atLeast' in bound ? bound.atLeast : bound.atMost);

/** Whether a figure reaches its bound. */
export const holds = (value: number, bound: Bound): boolean =>
  'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;

/** Prints a report as a table: label, figure, and for what has a bound the bound and whether it holds. */
export function printReport({ title, rows, notes = [] }: Report, { judged }: { judged: boolean }): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  console.log(`\n${title}`);
  for (const [label, figure, measured] of rows) {
    const verdict = measured?.bound === undefined ? '' : `   ${sayBound(measured.value, measured.bound, judged)}`;
    console.log(`  ${label.padEnd(width)}  ${figure.padStart(14)}${verdict}`);
  }
  for (const note of notes) console.log(`  ${note}`);
}

/** The bound in words, and in a full run whether it holds. */
export function sayBound(value: number, bound: Bound, judged: boolean): string {
  const sign = 'atLeast' in bound ? '≥' : '≤';
  const verdict = holds(value, bound) ? 'reached' : 'MISSED';
  return `${sign} ${limitOf(bound).toLocaleString('en')}${judged ? ` ${verdict}` : ''}`;
}
