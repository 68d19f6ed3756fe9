/** Crowds before one room. `bound`: what holds admissions back, and so what can be filled: the rate, or the slots. */
export type Scenario = {
  name: string;
  seconds: number;
  rate: number;
  capacity: number;
  visitors: number;
  bound: 'rate' | 'slots';
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'rate-bound: 200 a minute, 6,000 come',
    seconds: 900,
    rate: 200,
    capacity: 1_000_000,
    visitors: 6000,
    bound: 'rate',
  },
  {
    name: 'slot-bound: 100 slots, 1,500 come',
    seconds: 900,
    rate: 1200,
    capacity: 100,
    visitors: 1500,
    bound: 'slots',
  },
];
