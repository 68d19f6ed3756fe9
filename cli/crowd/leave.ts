import type { Outcome } from './tally.ts';
import { afterFailure, gone, type Step } from './visitor.ts';

/** Goes: most end their session, which frees the slot at once; the others just close the page. */
export function leave(pass: string, outcome: Outcome): Step {
  return async (visitor) => {
    if (!visitor.who.saysGoodbye) return gone(outcome);
    const result = await visitor.calls.endSession(pass);
    if (result.kind === 'ok') return gone(outcome);
    const next = afterFailure(visitor, 'end session', result, leave(pass, outcome));
    // A session that is over already changes nothing about how the visit went.
    return next.kind === 'gone' && next.outcome === 'out_of_time' ? gone(outcome) : next;
  };
}
