const KEPT = Symbol('resolve');
type Keeping = { [KEPT]?: (result: unknown) => void };

/**
 * Makes postgres.js answer with whole results. When a statement fails after its first rows (timed out, cancelled, a fault in a later row),
 * the library counts on from them: the rows of the connection's next statement come behind as many empty places, so that what is there
 * reads as missing (porsager/postgres#1119, #1181; 3.4.9 has it). `query` is any query of the library, whose kind is changed once.
 */
export function keepResultsWhole(query: object): void {
  const kind: unknown = Object.getPrototypeOf(query);
  if (typeof kind !== 'object' || kind === null || Object.hasOwn(kind, 'resolve')) return;
  Object.defineProperty(kind, 'resolve', {
    configurable: true,
    get(this: Keeping) {
      return this[KEPT];
    },
    set(this: Keeping, resolve: (result: unknown) => void) {
      this[KEPT] = (result) => {
        dropEmptyPlaces(result);
        // Of several statements in one, the first alone can have them.
        if (Array.isArray(result)) dropEmptyPlaces(result[0]);
        resolve(result);
      };
    },
  });
}

function dropEmptyPlaces(result: unknown): void {
  if (!Array.isArray(result) || result.length === 0 || 0 in result) return;
  result.splice(
    0,
    result.findIndex((_row, place) => place in result),
  );
}
