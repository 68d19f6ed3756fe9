import { OperatingError } from '../../platform/operating-error.ts';

/** Imports in hand at once in one isolate: each body is up to 16 MB, of 128 MB in all. */
const MOST = 2;

/**
 * Bounds the calls with a large body. Anybody may send one, since only core can judge an operator's token; so strangers who do keep other
 * imports out at most, which then go to core's own address.
 */
export type ImportsInHand = {
  /** Runs a call if few enough are in hand. Throws `busy`, having begun nothing. */
  run<T>(call: () => Promise<T>): Promise<T>;
};

/** None in hand at first; one for each isolate. */
export function createImportsInHand(): ImportsInHand {
  let inHand = 0;
  return {
    async run(call) {
      if (inHand >= MOST)
        throw new OperatingError('busy', { detail: 'Other imports are under way.', retryAfterSeconds: 5 });
      inHand += 1;
      try {
        return await call();
      } finally {
        inHand -= 1;
      }
    },
  };
}
