/** Something with a time. A heap of them is an array whose first is the soonest (binary heap, CLRS 6.5). */
export type Due = { dueMs: number };

/** Adds to a heap. O(log n). */
export function pushDue<T extends Due>(heap: T[], entry: T): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIfEarlier(heap, at, parent)) return;
    at = parent;
  }
}

/** Removes the soonest, which is `heap[0]`. O(log n). */
export function popSoonest(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ;) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const child = dueOf(heap, right) < dueOf(heap, left) ? right : left;
    if (!swapIfEarlier(heap, child, at)) return;
    at = child;
  }
}

const dueOf = (heap: Due[], at: number): number => heap[at]?.dueMs ?? Number.POSITIVE_INFINITY;

function swapIfEarlier(heap: Due[], below: number, above: number): boolean {
  const [a, b] = [heap[below], heap[above]];
  if (a === undefined || b === undefined || a.dueMs >= b.dueMs) return false;
  [heap[below], heap[above]] = [b, a];
  return true;
}
