import type { AutopilotState } from '../contracts/autopilot.ts';
import type { CoreHealth } from '../contracts/core-health.ts';
import type { RoomStock } from '../contracts/room-stock.ts';
import { mostInsideFor } from './stock-bound.ts';
import { judgeHealth } from './judge-health.ts';

/** What one step of the autopilot goes by. Every time is Redis's, ms. */
export type AutopilotInput = {
  nowMs: number;
  /** People a minute; the ceiling `newUsersPerMinute` is in `max` already. */
  bounds: { min: number; max: number };
  /** Where it stood after the last tick; null when it has only begun. */
  last: AutopilotState | null;
  /** Of the processes that spoke lately; who is silent counts for nothing. */
  healths: readonly CoreHealth[];
  /** Null when core has not said lately what is left. */
  stock: RoomStock | null;
  /** Visitors inside, as of the last board. */
  active: number;
  /** Whether people stand in line, and only the rate keeps them there. */
  isWanted: boolean;
};

/** The next rate with its reason, and how many may be inside by the stock (null: as many as the room's own limit allows). */
export type AutopilotStep = { state: AutopilotState; mostInside: number | null };

/** Core's window of measurement (10 s), a round of its health and one of ours: sooner a lowering can't be seen. */
const SETTLE_MS = 12_000;
/** Nothing near a bound for so long before the rate is raised: half a window, so that one good second raises nothing. */
const HEALTHY_MS = 5000;
/** From the lower bound to the upper in two minutes: slow beside the window of measurement, or it would run far past the knee. */
const CLIMB_MS = 120_000;
/** A breach takes three tenths of the rate; twice a bound or more takes half. */
const LOWER = 0.7;
const LOWER_MUCH = 0.5;
/** Elapsed time counts to here, ms, as in a tick: a worker that stood still knows nothing of what it missed. */
const MAX_ELAPSED_MS = 3000;

/**
 * The next rate of a room in mode `autopilot`: lowered by a factor when a core process breaches a bound, then left alone until that can
 * show; raised by even steps when all have been well for some seconds and people wait. Between well and a breach it stays, so that it does
 * not swing. Never outside `bounds`. Pure: the same input gives the same step on every worker.
 */
export function stepAutopilot(input: AutopilotInput): AutopilotStep {
  const { bounds, last, nowMs } = input;
  const mostInside = mostInsideFor(input.stock);
  const before = clamp(last?.rate ?? bounds.min, bounds);
  const elapsedMs = Math.min(MAX_ELAPSED_MS, Math.max(0, nowMs - (last?.at ?? nowMs)));
  const verdict = judgeHealth(input.healths);
  const settleMs = Math.max(0, (last?.settleMs ?? 0) - elapsedMs);
  const healthyMs = verdict.kind === 'well' ? Math.min(HEALTHY_MS, (last?.healthyMs ?? 0) + elapsedMs) : 0;
  const stay = { rate: before, healthyMs, settleMs, at: nowMs };
  const step = (): AutopilotState => {
    if (verdict.kind === 'silent') return { ...stay, rate: bounds.min, reason: 'core_silent' };
    if (verdict.kind === 'breach') {
      if (settleMs > 0) return { ...stay, reason: verdict.reason };
      const rate = clamp(before * (verdict.times >= 2 ? LOWER_MUCH : LOWER), bounds);
      return { ...stay, rate, settleMs: SETTLE_MS, reason: verdict.reason };
    }
    if (last === null) return { ...stay, reason: 'starting' };
    if (settleMs > 0) return { ...stay, reason: 'settling' };
    if (healthyMs < HEALTHY_MS) return { ...stay, reason: 'recovering' };
    if (input.stock === null) return { ...stay, reason: 'stock_unknown' };
    if (mostInside !== null && input.active >= mostInside) return { ...stay, reason: 'stock' };
    if (before >= bounds.max) return { ...stay, reason: 'ceiling' };
    if (!input.isWanted) return { ...stay, reason: 'no_demand' };
    const climbed = before + Math.max(1, (bounds.max - bounds.min) / (CLIMB_MS / 1000)) * (elapsedMs / 1000);
    return { ...stay, rate: clamp(climbed, bounds), reason: 'raising' };
  };
  return { state: step(), mostInside };
}

const clamp = (rate: number, { min, max }: { min: number; max: number }): number => Math.min(max, Math.max(min, rate));
