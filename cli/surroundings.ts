import type { LineOutput } from './crowd/live-line.ts';

/** What a command line may touch of the world around it. */
export type Surroundings = {
  env: Record<string, string | undefined>;
  /** Paths in options count from here. */
  cwd: string;
  out: (text: string) => void;
  err: (text: string) => void;
  /** Where a line may be shown in place. */
  terminal: LineOutput;
};
