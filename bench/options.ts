/** `smoke` runs each bench just long enough to show that it works; its figures mean nothing. */
export type BenchOptions = { smoke: boolean; seconds: number };
