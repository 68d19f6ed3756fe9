import type { Clock } from '../../platform/clock.ts';
import type { Calls, CallResult } from './calls.ts';
import type { Character } from './character.ts';
import type { Http } from './http.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Outcome, Phase, Tally } from './tally.ts';
import type { Market } from './market.ts';
import type { FeedLine } from './feed-line.ts';

/**
 * One simulated visitor on the way through. Each step makes its calls, and says which step comes next and when:
 *
 *   join ──► wait ──► (look | ask)… ──► shop ──► hold ──► book ──► pay ──► confirm ──► leave
 *              └ gives up, ghost          └ browses   └ drops the hold  └ drops the payment
 */
export type Visitor = {
  who: Character;
  random: SeededRandom;
  calls: Calls;
  crowd: Crowd;
  phase: Phase;
  /** Calls in a row that got no proper answer. */
  troubles: number;
};

/** What all visitors share. */
export type Crowd = {
  edgeUrl: string;
  room: string;
  clock: Clock;
  http: Http;
  tally: Tally;
  market: Market;
  feed: FeedLine;
  /** Where visitors call from, in turn; null where the machine chooses. */
  addresses: readonly (string | null)[];
  /** Makes a waiting visitor's step due now. */
  wake(visitor: Visitor): void;
  /** Keys and addresses are unique to a run, so that two runs with one seed don't collide. */
  runId: string;
};

export type Step = (visitor: Visitor) => Promise<Next>;
export type Next = { kind: 'then'; afterMs: number; step: Step } | { kind: 'gone'; outcome: Outcome };

/** The step after a pause, in ms. */
export const after = (afterMs: number, step: Step): Next => ({ kind: 'then', afterMs, step });

/** The end of the story. */
export const gone = (outcome: Outcome): Next => ({ kind: 'gone', outcome });

/** Moves a visitor to another phase, counted. */
export function moveTo(visitor: Visitor, phase: Phase): void {
  visitor.crowd.tally.move(visitor.phase, phase);
  visitor.phase = phase;
}

/** Refusals after which the same call may succeed later. */
const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set([
  'rate_limited',
  'busy',
  'store_unavailable',
  'room_recovering',
  'inventory_rebuilding',
  'idempotency_key_in_flight',
  'payment_provider_unavailable',
]);
/** Refusals that end a visit, and how; all that a well-behaved stack may tell a well-behaved visitor. */
const END_OF_VISIT: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['room_closed', 'turned_away'],
  ['room_rejecting', 'turned_away'],
  ['ticket_spent', 'turned_away'],
  ['not_admitted', 'out_of_time'],
  ['session_ended', 'out_of_time'],
  ['hold_expired', 'out_of_time'],
  ['hold_lost', 'out_of_time'],
  ['booking_not_payable', 'out_of_time'],
]);
/** No answer, or one that can't be read: so many in a row, and the visitor goes. */
const MAX_TROUBLES = 5;
const TROUBLE_MS = 1000;
/** When a refusal names no time, in ms. */
const USUAL_RETRY_MS = 1000;

/**
 * What follows when a call did not succeed: the same step again after the time that was asked for, the end of the visit, or the end
 * with a failure that counts as unexpected.
 */
export function afterFailure(visitor: Visitor, step: string, result: CallResult<unknown>, again: Step): Next {
  const { tally } = visitor.crowd;
  if (result.kind === 'refused') {
    const { code, retryAfterMs } = result;
    if (WORTH_ANOTHER_TRY.has(code)) {
      tally.refused(step, code);
      // Spread, so that all who were refused together don't come back together.
      return after((retryAfterMs ?? USUAL_RETRY_MS) * visitor.random.between(1, 1.3), again);
    }
    const outcome = END_OF_VISIT.get(code);
    if (outcome !== undefined) {
      tally.refused(step, code);
      return gone(outcome);
    }
    tally.surprised(step, `${result.status} ${code}`);
    return gone('failed');
  }
  tally.surprised(step, result.kind === 'broken' ? result.why : `${result.status} at the wrong time`);
  visitor.troubles += 1;
  if (visitor.troubles > MAX_TROUBLES) return gone('failed');
  return after(TROUBLE_MS * 2 ** visitor.troubles * visitor.random.between(0.5, 1), again);
}
