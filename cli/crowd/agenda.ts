import type { Clock } from '../../platform/clock.ts';
import { popSoonest, pushDue } from './due-heap.ts';

/** One thing that comes again and again until it says that it is over. */
export type AgendaItem = {
  /** Does what is due; resolves with the pause until the next time, in ms, or null when there is none. Must not reject. */
  run(): Promise<number | null>;
};

export type Agenda = {
  add(item: AgendaItem, afterMs: number): void;
  /** Makes a waiting item due now; one that runs at the moment, or is over, is left alone. */
  wake(item: AgendaItem): void;
  /** Starts no further item and drops those that wait. */
  stop(): void;
  /** Resolves when no item is left, or after `stop`. */
  finished: Promise<void>;
};

export type AgendaOptions = {
  clock: Clock;
  /** Items that run at the same time at most; the others wait their turn, soonest due first. */
  maxRunning: number;
  /** Calls back once after so many ms; returns how to call it off. */
  setTimer: (callback: () => void, afterMs: number) => () => void;
};

type Entry = { item: AgendaItem; dueMs: number; cancelled: boolean };

/** Runs any number of items by one timer: thousands of visitors must not mean thousands of timers. */
export function createAgenda({ clock, maxRunning, setTimer }: AgendaOptions): Agenda {
  const heap: Entry[] = [];
  const waiting = new Map<AgendaItem, Entry>();
  let running = 0;
  let stopped = false;
  let callOff = (): void => {};
  const { promise: finished, resolve: finish } = promiseWithResolver();

  const put = (item: AgendaItem, dueMs: number): void => {
    const entry = { item, dueMs, cancelled: false };
    waiting.set(item, entry);
    pushDue(heap, entry);
  };
  const arm = (): void => {
    callOff();
    const [next] = heap;
    if (stopped || next === undefined || running >= maxRunning) return;
    callOff = setTimer(turn, Math.max(0, next.dueMs - clock.nowMs()));
  };
  const turn = (): void => {
    const nowMs = clock.nowMs();
    while (!stopped && running < maxRunning) {
      const [next] = heap;
      if (next === undefined || (next.dueMs > nowMs && !next.cancelled)) break;
      popSoonest(heap);
      if (!next.cancelled) void start(next.item);
    }
    arm();
  };
  const start = async (item: AgendaItem): Promise<void> => {
    waiting.delete(item);
    running += 1;
    const afterMs = await item.run();
    running -= 1;
    if (stopped) return;
    if (afterMs !== null) put(item, clock.nowMs() + afterMs);
    if (waiting.size === 0 && running === 0) finish();
    else arm();
  };
  return {
    finished,
    add: (item, afterMs) => {
      put(item, clock.nowMs() + afterMs);
      arm();
    },
    wake: (item) => {
      const entry = waiting.get(item);
      if (stopped || entry === undefined || entry.dueMs <= clock.nowMs()) return;
      entry.cancelled = true;
      put(item, clock.nowMs());
      arm();
    },
    stop: () => {
      stopped = true;
      callOff();
      finish();
    },
  };
}

/** `Promise.withResolvers` of newer Nodes. */
function promiseWithResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
