/**
 * `smoke` runs each bench just long enough to show that it works; its figures mean nothing. `waiting`: how long the line of the tick's
 * bench is, where it differs from its own choice.
 */
export type BenchOptions = { smoke: boolean; seconds: number; waiting?: number };
