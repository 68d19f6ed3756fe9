import { popSoonest, pushDue, type Due } from '../../cli/crowd/due-heap.ts';

/** Room time passes in steps of this many ms; everything due within a step happens side by side at its end. */
const STEP_MS = 100;

type Appointment = Due & { act: () => Promise<void> };

/** Time that passes as fast as the parts can follow: a step ends when all that was due in it is done. */
export type RoomTime = {
  nowMs(): number;
  at(dueMs: number, act: () => Promise<void>): void;
  /** Lets time pass until `endMs`; `onSecond` runs at each full second, before what is due in that step. */
  run(endMs: number, onSecond: () => Promise<void>): Promise<void>;
};

/** A clock that starts at `startMs` (a full second) and tells each step to `setClocks`. */
export function createRoomTime(startMs: number, setClocks: (ms: number) => Promise<void>): RoomTime {
  const appointments: Appointment[] = [];
  let now = startMs;
  const takeDue = (): Promise<void>[] => {
    const acts: Promise<void>[] = [];
    for (let first = appointments[0]; first !== undefined && first.dueMs <= now; first = appointments[0]) {
      popSoonest(appointments);
      acts.push(first.act());
    }
    return acts;
  };
  return {
    nowMs: () => now,
    at: (dueMs, act) => pushDue(appointments, { dueMs, act }),
    async run(endMs, onSecond) {
      while (now < endMs) {
        now += STEP_MS;
        await setClocks(now);
        if (now % 1000 === 0) await onSecond();
        // What an appointment puts into this very step is done in it too.
        for (let acts = takeDue(); acts.length > 0; acts = takeDue()) await Promise.all(acts);
      }
    },
  };
}
