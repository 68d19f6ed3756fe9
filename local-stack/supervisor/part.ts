import type { Child, ChildCommand } from '../process/child.ts';

/** What a part may use while it starts. */
export type PartContext = {
  /** Starts a process of this part: logged to the part's file, known to the guard, ended with the stack. */
  spawn: (command: Omit<ChildCommand, 'logFile'>) => Child;
  /** The part's log, `<data>/logs/<part>.log`. */
  logFile: string;
  /** Says on the terminal what takes long or is out of the ordinary. */
  say: (line: string) => void;
};

/** A part that runs, or a step that is done. */
export type StartedPart = {
  /** Where it answers. */
  address?: string;
  /** What a reader should know: replaced by the environment, data elsewhere, size of the bundle. */
  note?: string;
  /** Printed below the part's line. */
  block?: readonly string[];
  /** The process whose end is the part's death; absent for steps and for parts that run elsewhere. */
  child?: Child;
  /** How it ends cleanly; by default the child is asked with `stopSignal`. */
  stop?: () => Promise<void>;
};

/**
 * One line of the supervisor's table. `start` resolves when the part answers; it begins when all `needs` have.
 * A part's process that ends by itself brings the whole stack down, unless it `mayFinish`: others don't need it, however it went.
 */
export type Part = {
  name: string;
  needs: readonly string[];
  start: (context: PartContext) => Promise<StartedPart>;
  /** How the guard asks the part's processes to end when the supervisor is gone. */
  stopSignal?: 'SIGINT' | 'SIGTERM';
  mayFinish?: boolean;
  /** Its log is printed as it grows, also without --verbose. */
  printsLog?: boolean;
};
