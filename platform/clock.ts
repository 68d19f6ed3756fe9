/** Time as a port: everything that decides by time takes a Clock, so that tests never wait. */
export type Clock = {
  /** Milliseconds since 1970. */
  nowMs(): number;
};

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() };

/** A clock that moves only when told. */
export function createManualClock(startMs: number): Clock & { advance(ms: number): void; set(ms: number): void } {
  let now = startMs;
  return {
    nowMs: () => now,
    advance: (ms) => void (now += ms),
    set: (ms) => void (now = ms),
  };
}

/** ISO 8601 UTC, as every `…At` field is written. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
