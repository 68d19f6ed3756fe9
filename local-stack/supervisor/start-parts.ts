import type { Part, StartedPart } from './part.ts';

/**
 * Starts every part as soon as all it needs has started, and resolves when all have. The first failure rejects, and no
 * part is begun after it; those that are beginning are left to the caller, who stops them by their processes.
 */
export async function startInOrder(
  parts: readonly Part[],
  startOne: (part: Part) => Promise<StartedPart>,
): Promise<void> {
  checkTable(parts);
  let failed = false;
  const begun = new Map<string, Promise<StartedPart>>();
  const begin = (part: Part): Promise<StartedPart> => {
    const before = begun.get(part.name);
    if (before !== undefined) return before;
    const needed = parts.filter(({ name }) => part.needs.includes(name)).map(begin);
    const promise = Promise.all(needed).then(() => {
      if (failed) throw new Error(`${part.name} was not started`);
      return startOne(part);
    });
    begun.set(part.name, promise);
    promise.catch(() => {
      failed = true;
    });
    return promise;
  };
  await Promise.all(parts.map(begin));
}

function checkTable(parts: readonly Part[]): void {
  const known = new Set<string>();
  for (const { name, needs } of parts) {
    const missing = needs.find((need) => !known.has(need));
    // Each part stands below what it needs, which also rules out circles.
    if (missing !== undefined) throw new TypeError(`part ${name} needs ${missing}, which does not stand above it`);
    known.add(name);
  }
}
