/** How a visitor's story ended. */
export const OUTCOMES = [
  'bought',
  'ghost',
  'gave_up',
  'browsed',
  'dropped_hold',
  'dropped_payment',
  'found_nothing',
  'turned_away',
  'out_of_time',
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Where a visitor is now. */
export type Phase = 'coming' | 'waiting' | 'inside' | 'holding' | 'gone';

/** Outcomes of people who could have bought and chose not to. */
const ABANDONED: readonly Outcome[] = ['gave_up', 'browsed', 'dropped_hold', 'dropped_payment'];
const MINUTE_MS = 60_000;

/** The counts of a crowd, as they stand. */
export type Snapshot = {
  joined: number;
  waiting: number;
  admitted: number;
  inside: number;
  holding: number;
  sold: number;
  soldPlaces: number;
  refused: number;
  abandoned: number;
  ghosts: number;
  /** People let in during the last 60 s. */
  ratePerMinute: number;
  unexpected: number;
};

export type Tally = ReturnType<typeof createTally>;

/** Counts what happens to the visitors of one crowd. */
export function createTally() {
  const phases: Record<Phase, number> = { coming: 0, waiting: 0, inside: 0, holding: 0, gone: 0 };
  const outcomes = new Map<Outcome, number>();
  const refusals = new Map<string, number>();
  const unexpected = new Map<string, number>();
  const waitsMs: number[] = [];
  const recentAdmissions: number[] = [];
  const totals = { joined: 0, sold: 0, soldPlaces: 0, waitingRequests: 0, requests: 0 };

  const forgetOldAdmissions = (nowMs: number): void => {
    while ((recentAdmissions[0] ?? nowMs) <= nowMs - MINUTE_MS) recentAdmissions.shift();
  };
  return {
    outcomes,
    refusals,
    unexpected,
    waitsMs,
    totals,
    move(from: Phase | null, to: Phase): void {
      if (from !== null) phases[from] -= 1;
      phases[to] += 1;
    },
    admitted(waitMs: number, nowMs: number): void {
      waitsMs.push(waitMs);
      recentAdmissions.push(nowMs);
    },
    ended: (outcome: Outcome) => add(outcomes, outcome),
    refused: (step: string, code: string) => add(refusals, `${step}: ${code}`),
    surprised: (step: string, what: string) => add(unexpected, `${step}: ${what}`),
    snapshot(nowMs: number): Snapshot {
      forgetOldAdmissions(nowMs);
      return {
        joined: totals.joined,
        waiting: phases.waiting,
        admitted: waitsMs.length,
        inside: phases.inside + phases.holding,
        holding: phases.holding,
        sold: totals.sold,
        soldPlaces: totals.soldPlaces,
        refused: sum(refusals.values()),
        abandoned: sum(ABANDONED.map((outcome) => outcomes.get(outcome) ?? 0)),
        ghosts: outcomes.get('ghost') ?? 0,
        ratePerMinute: recentAdmissions.length,
        unexpected: sum(unexpected.values()),
      };
    },
  };
}

/** The value below which the share `p` of the values lies (nearest rank); null for none. */
export function percentile(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null;
}

function add<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
