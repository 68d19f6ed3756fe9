import { holds, limitOf, sayBound, type Measured, type Row } from './report.ts';

const WIDTH = 760;
const ROW = 34;
const LEFT = 330;
const BAR = 250;
const TOP = 46;

type Bar = { label: string; figure: string; measured: Measured };

/** A picture of a report's figures: each bar against its own bound, or without one against itself. Readable on dark and light. */
export function toBars(title: string, rows: readonly Row[], judged: boolean): string {
  const bars = rows.flatMap(([label, figure, measured]): Bar[] =>
    measured === undefined ? [] : [{ label, figure, measured }],
  );
  const height = TOP + bars.length * ROW + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="26" font-size="15" font-weight="600" fill="#1c2430">${escaped(title)}</text>`,
    ...bars.map((bar, index) => drawBar(bar, TOP + index * ROW, judged)),
    '</svg>',
    '',
  ].join('\n');
}

function drawBar({ label, figure, measured: { value, bound } }: Bar, top: number, judged: boolean): string {
  const limit = bound === undefined ? null : limitOf(bound);
  const most = Math.max(value, limit ?? 0);
  const length = most <= 0 ? 0 : Math.max(1, (BAR * Math.max(0, value)) / most);
  const verdict = bound !== undefined && holds(value, bound) ? '#2f855a' : '#c05621';
  const colour = bound === undefined || !judged ? '#6b7f99' : verdict;
  const words = bound === undefined ? figure : `${figure}  (${sayBound(value, bound, judged)})`;
  const mark = limit === null || most <= 0 ? '' : line(LEFT + (BAR * limit) / most, top);
  return [
    `<text x="${LEFT - 12}" y="${top + 19}" text-anchor="end" fill="#1c2430">${escaped(label.trim())}</text>`,
    `<rect x="${LEFT}" y="${top + 6}" width="${length.toFixed(1)}" height="18" rx="2" fill="${colour}"/>`,
    mark,
    `<text x="${LEFT + BAR + 10}" y="${top + 19}" font-size="12" fill="#1c2430">${escaped(words)}</text>`,
  ].join('');
}

const line = (x: number, top: number): string =>
  `<path d="M${x.toFixed(1)} ${top + 2}v26" stroke="#1c2430" stroke-width="2" stroke-dasharray="3 2"/>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
