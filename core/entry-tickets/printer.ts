import { setTimeout as pause } from 'node:timers/promises';
import { OperatingError } from '../../platform/operating-error.ts';

/** Renders documents one after the other. */
export type Printer = { print(render: () => Promise<Uint8Array>): Promise<Uint8Array> };

/** How many may wait their turn: some seconds' worth. */
const MAX_WAITING = 50;

/**
 * A printer that works on one document at a time, since each takes this process's own time, and that leaves `restShare` times as long to
 * others after each. Refuses: `busy`.
 */
export function createPrinter({ restShare = 1, maxWaiting = MAX_WAITING } = {}): Printer {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    async print(render) {
      if (waiting >= maxWaiting) throw new OperatingError('busy', { retryAfterSeconds: 2 });
      waiting += 1;
      let startedAt = 0;
      const turn = last.then(() => {
        startedAt = performance.now();
        return render();
      });
      // However it ends: that is its own caller's affair.
      const ended = turn.then(
        () => {},
        () => {},
      );
      last = ended.then(() => pause((performance.now() - startedAt) * restShare));
      await ended;
      waiting -= 1;
      return turn;
    },
  };
}
