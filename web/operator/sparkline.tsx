import { sparkPath } from './samples.ts';

const WIDTH = 200;
const HEIGHT = 36;

/** A small line of recent values from zero up; the number above it is what counts. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  return (
    <svg
      class="sparkline"
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={sparkPath(values, WIDTH, HEIGHT)} />
    </svg>
  );
}
