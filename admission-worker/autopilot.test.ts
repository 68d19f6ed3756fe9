import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoreHealth } from '../contracts/core-health.ts';
import type { RoomStock } from '../contracts/room-stock.ts';
import { stepAutopilot, type AutopilotInput, type AutopilotStep } from './autopilot.ts';
import { judgeHealth } from './judge-health.ts';
import { mostInsideFor } from './stock-bound.ts';

const BOUNDS = { min: 60, max: 1200 };
const PLENTY: RoomStock = { at: 0, capacity: 100_000, free: 100_000, held: 0, pending: 0 };
const WELL: CoreHealth = { at: 0, holdP95Ms: 20, errorRate: 0, answers: 100, eventLoopLagMs: 5, poolWaitMs: 2 };
const input = (changes: Partial<AutopilotInput> = {}): AutopilotInput => ({
  nowMs: 1000,
  bounds: BOUNDS,
  last: { rate: 600, reason: 'raising', healthyMs: 5000, settleMs: 0, at: 0 },
  healths: [WELL],
  stock: PLENTY,
  active: 10,
  isWanted: true,
  ...changes,
});
const reasonOf = (changes: Partial<AutopilotInput>) => stepAutopilot(input(changes)).state.reason;

describe('core’s health', () => {
  it('is that of the worst process and of its worst measurement', () => {
    expect(judgeHealth([WELL, { ...WELL, holdP95Ms: 450 }])).toEqual({
      kind: 'breach',
      reason: 'hold_latency',
      times: 1.5,
    });
    expect(judgeHealth([{ ...WELL, eventLoopLagMs: 220, poolWaitMs: 500 }])).toMatchObject({
      reason: 'pool_wait',
      times: 2,
    });
    expect(judgeHealth([{ ...WELL, poolWaitMs: null }]), 'no answer in time').toMatchObject({ reason: 'pool_wait' });
    expect(judgeHealth([{ ...WELL, holdP95Ms: 300 }]), 'at the bound').toEqual({ kind: 'near' });
    expect(judgeHealth([{ ...WELL, holdP95Ms: null, errorRate: null, eventLoopLagMs: null }])).toEqual({
      kind: 'well',
    });
    expect(judgeHealth([])).toEqual({ kind: 'silent' });
  });
  it('counts failed answers only when they are more than an accident', () => {
    expect(judgeHealth([{ ...WELL, errorRate: 0.2, answers: 10 }])).toEqual({ kind: 'well' });
    expect(judgeHealth([{ ...WELL, errorRate: 0.03, answers: 100 }])).toMatchObject({
      kind: 'breach',
      reason: 'errors',
    });
  });
});

describe('one step', () => {
  it('begins at the lower bound, and goes there when core is silent', () => {
    expect(stepAutopilot(input({ last: null })).state).toMatchObject({ rate: 60, reason: 'starting' });
    expect(stepAutopilot(input({ healths: [] })).state).toMatchObject({ rate: 60, reason: 'core_silent' });
  });
  it('lowers by a factor on a breach, once until it can show, and by more the worse it is', () => {
    const slow = { healths: [{ ...WELL, holdP95Ms: 400 }] };
    const first = stepAutopilot(input(slow)).state;
    expect(first).toMatchObject({ rate: 420, reason: 'hold_latency', healthyMs: 0 });
    expect(stepAutopilot(input({ ...slow, nowMs: 2000, last: first })).state.rate).toBe(420);
    expect(stepAutopilot(input({ ...slow, last: { ...first, settleMs: 0 } })).state.rate).toBeCloseTo(294);
    expect(stepAutopilot(input({ healths: [{ ...WELL, holdP95Ms: 600 }] })).state.rate).toBe(300);
  });
  it('raises only when all is well for long enough, people wait, and the stock is known and not all shown', () => {
    expect(stepAutopilot(input()).state).toMatchObject({ rate: 609.5, reason: 'raising' });
    const last = { rate: 600, reason: 'settling', healthyMs: 3999, settleMs: 0, at: 0 } as const;
    expect(reasonOf({ last })).toBe('recovering');
    expect(reasonOf({ last: { ...last, healthyMs: 4000 } })).toBe('raising');
    expect(reasonOf({ isWanted: false })).toBe('no_demand');
    expect(reasonOf({ stock: null })).toBe('stock_unknown');
    expect(reasonOf({ healths: [{ ...WELL, holdP95Ms: 220 }] })).toBe('recovering');
    expect(reasonOf({ active: 20, stock: { ...PLENTY, free: 10 } })).toBe('stock');
    expect(reasonOf({ last: { ...last, healthyMs: 5000, rate: 1200 } })).toBe('ceiling');
  });
  it('is the same on every worker, and within the bounds whatever it is told', () => {
    const number = fc.double({ min: 0, max: 1e6, noNaN: true });
    const maybe = fc.option(number, { nil: null });
    const health = fc.record({
      at: number,
      holdP95Ms: maybe,
      errorRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
      answers: fc.nat(),
      eventLoopLagMs: maybe,
      poolWaitMs: maybe,
    });
    const last = fc.record({
      rate: number,
      reason: fc.constant('raising' as const),
      healthyMs: number,
      settleMs: number,
      at: number,
    });
    fc.assert(
      fc.property(
        number,
        fc.nat(1000),
        fc.nat(1000),
        fc.option(last, { nil: null }),
        fc.array(health, { maxLength: 4 }),
        fc.nat(),
        fc.boolean(),
        (nowMs, min, more, before, healths, active, isWanted) => {
          const given = input({ nowMs, bounds: { min, max: min + more }, last: before, healths, active, isWanted });
          const step = stepAutopilot(given);
          expect(step.state.rate).toBeGreaterThanOrEqual(min);
          expect(step.state.rate).toBeLessThanOrEqual(min + more);
          expect(stepAutopilot(given)).toEqual(step);
        },
      ),
    );
  });
});

it('the stock bounds who is inside: none for none, a few for the last places, nobody where nothing is sold', () => {
  expect(mostInsideFor({ ...PLENTY, free: 0 })).toBe(0);
  expect(mostInsideFor({ ...PLENTY, free: 0, pending: 1 })).toBe(5);
  expect(mostInsideFor({ ...PLENTY, free: 40, pending: 60 })).toBe(200);
  expect(mostInsideFor({ ...PLENTY, capacity: 0, free: 0 })).toBeNull();
});

/**
 * A core whose holds take 25 ms until `knee` people a minute come in, and then longer and longer, measured over the last ten seconds as
 * core does it. Each tick lets the rate in, as far as the stock allows; one visitor in four buys two places and all leave after a minute.
 */
function simulate(seconds: number, kneeAt: (second: number) => number, free = 1e9, control = true) {
  let last: AutopilotStep['state'] | null = control
    ? null
    : { rate: 1200, reason: 'ceiling', healthyMs: 0, settleMs: 0, at: 0 };
  const slow: number[] = [];
  const entered: number[] = [];
  const rates: number[] = [];
  let [left, mostOver] = [free, 0];
  for (let second = 1; second <= seconds; second += 1) {
    const active = entered.slice(-60).reduce((sum, count) => sum + count, 0);
    const stock = { at: 0, capacity: free, free: left, held: 0, pending: 0 };
    const holdP95Ms = slow.length === 0 ? null : Math.max(...slow.slice(-10));
    const given = input({ nowMs: second * 1000, last, stock, active, healths: [{ ...WELL, holdP95Ms }] });
    const step: AutopilotStep = control || last === null ? stepAutopilot(given) : { state: last, mostInside: null };
    last = step.state;
    rates.push(last.rate);
    const now = Math.max(0, Math.min(last.rate / 60, (step.mostInside ?? Infinity) - active));
    entered.push(now);
    left = Math.max(0, left - now / 2);
    mostOver = Math.max(mostOver, active + now - Math.max(5, 2 * stock.free));
    // The queue in front of core grows with what it can't do.
    const load = (now * 60) / kneeAt(second);
    slow.push(load < 1 ? 25 / (1.05 - load) : 500 * load);
  }
  return { rates, mostOver };
}
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('against a simulated core', () => {
  it('the rate comes to rest below the knee, near it, and does not swing', () => {
    const late = simulate(900, () => 600).rates.slice(300);
    expect(Math.max(...late)).toBeLessThan(600);
    expect(mean(late)).toBeGreaterThan(0.75 * 600);
    expect(Math.min(...late)).toBeGreaterThan(0.9 * Math.max(...late));
  });
  it('goes down when core slows and comes back when it is well, within minutes', () => {
    const { rates } = simulate(1200, (second) => (second > 400 && second <= 600 ? 150 : 600));
    expect(mean(rates.slice(350, 400))).toBeGreaterThan(450);
    expect(Math.max(...rates.slice(450, 600)), 'three lowerings later').toBeLessThan(250);
    expect(mean(rates.slice(1100))).toBeGreaterThan(450);
  });
  it('without the control the rate stays where it hurts', () => {
    expect(Math.min(...simulate(600, () => 600, 1e9, false).rates)).toBe(1200);
  });
  it('no more are inside than what is left can serve, to the last place', () => {
    const { mostOver, rates } = simulate(1800, () => 5000, 2000);
    expect(mostOver).toBeLessThanOrEqual(1 + 2 * 20);
    expect(Math.max(...rates)).toBeLessThanOrEqual(1200);
  });
});
