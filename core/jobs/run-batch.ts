/** Rows worked on at once: below the jobs' pool, so that each has a connection. */
const PARALLEL = 5;

/** Works on rows a few at a time (`parallel`, where it is not the usual number); `work` handles its own failures. */
export async function runBatch<T>(
  rows: readonly T[],
  work: (row: T) => Promise<void>,
  parallel = PARALLEL,
): Promise<void> {
  const queue = rows.values();
  const worker = async () => {
    for (const row of queue) await work(row);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, rows.length) }, worker));
}
