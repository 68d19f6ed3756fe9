/** Repeatable randomness for simulated visitors; never for anything that must not be guessed. */
export type SeededRandom = {
  /** In [0, 1). */
  next(): number;
  /** In [from, to). */
  between(from: number, to: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the options, by weight. */
  pick<T>(options: readonly (readonly [weight: number, value: T])[]): T;
};

/** A stream of its own for each (seed, stream): mulberry32 (T. Ettinger), good enough to deal visitors with. */
export function createSeededRandom(seed: number, stream = 0): SeededRandom {
  let state = mix(mix(seed >>> 0) ^ Math.imul(stream + 1, 0x9e_37_79_b9));
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    chance: (probability) => next() < probability,
    pick(options) {
      let left = next() * options.reduce((sum, [weight]) => sum + weight, 0);
      const found = options.find(([weight]) => (left -= weight) < 0) ?? options.at(-1);
      if (found === undefined) throw new TypeError('nothing to pick from');
      return found[1];
    },
  };
}

/** Spreads neighbouring numbers (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85_eb_ca_6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2_b2_ae_35);
  return (x ^ (x >>> 16)) >>> 0;
}
