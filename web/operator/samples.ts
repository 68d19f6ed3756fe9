import type { RoomStats } from '../../contracts/operator-rooms.ts';

/** What is kept of one look at the counts. */
export type Sample = {
  atMs: number;
  waiting: number;
  ready: number;
  active: number;
  admittedPerMinute: number;
  confirmed: number;
};

/** Five minutes of looks, one a second. */
const MAX_SAMPLES = 300;

/** The samples with one more; the oldest goes. A look that came twice counts once. */
export function addSample(samples: readonly Sample[], stats: RoomStats): readonly Sample[] {
  const atMs = Date.parse(stats.now);
  if (samples.at(-1)?.atMs === atMs) return samples;
  const { waiting, ready, active, admittedPerMinute, bookings } = stats;
  return [
    ...samples.slice(1 - MAX_SAMPLES),
    { atMs, waiting, ready, active, admittedPerMinute, confirmed: bookings.confirmed },
  ];
}

/** How old the board behind the counts is by the server's own clock, in whole seconds; null without a board. */
export const ageSeconds = (stats: Pick<RoomStats, 'at' | 'now'>): number | null =>
  stats.at === null ? null : Math.max(0, Math.floor((Date.parse(stats.now) - Date.parse(stats.at)) / 1000));

/** An SVG path of values in a box, from 0 to the largest; empty below two values. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return '';
  const top = Math.max(1, ...values);
  const step = width / (values.length - 1);
  return values
    .map(
      (value, index) =>
        `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${(height - (value / top) * height).toFixed(1)}`,
    )
    .join('');
}
