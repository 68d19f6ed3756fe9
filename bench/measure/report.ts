/** One line of a bench's answer: a label and its figure as text. */
export type Row = [label: string, figure: string];
export type Report = { title: string; rows: Row[] };

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')}/s`;
export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;

/** Prints a report as a two-column table. */
export function printReport({ title, rows }: Report): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  console.log(`\n${title}`);
  for (const [label, figure] of rows) console.log(`  ${label.padEnd(width)}  ${figure}`);
}
