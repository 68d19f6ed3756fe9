/**
 * What the simulation of the law (WAITING-ROOM, the executable reference that the design was made with) gives for the same crowds:
 * its figures, copied. Its parts are ideal: no store, no network, boards up to 2 s old.
 */
export const SCENARIOS = [
  {
    name: 'rate-bound: 200 a minute, 6,000 come',
    seconds: 900,
    rate: 200,
    capacity: 1_000_000,
    visitors: 6000,
    bound: 'rate',
    simulated: { fill: 0.985, overtaken: 0 },
  },
  {
    name: 'slot-bound: 100 slots, 1,500 come',
    seconds: 900,
    rate: 1200,
    capacity: 100,
    visitors: 1500,
    bound: 'slots',
    simulated: { fill: 1, overtaken: 0 },
  },
] as const;

export type Scenario = (typeof SCENARIOS)[number];
