/** The middle one; a machine that others use too makes single runs worthless. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
}

/**
 * Two loads in turn, so that both meet the same moods of the machine: the ratio is taken round by round, and its median is told
 * together with the medians of both.
 */
export async function inTurn(
  rounds: number,
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<{ first: number; second: number; ratio: number; ratios: number[] }> {
  const [firsts, seconds, ratios]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    const [one, other] = [await first(), await second()];
    firsts.push(one);
    seconds.push(other);
    ratios.push(other === 0 ? 0 : one / other);
  }
  return { first: median(firsts), second: median(seconds), ratio: median(ratios), ratios };
}
