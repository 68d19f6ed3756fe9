import { leave } from './leave.ts';
import { pay, type Held } from './pay.ts';
import { afterFailure, after, type Step } from './visitor.ts';

/** Books the hold, or thinks better of it. */
export function book(held: Held): Step {
  return async (visitor) => {
    const { calls, crowd, who } = visitor;
    if (who.inside.kind === 'drops_hold') {
      return who.inside.givesBack ? giveBack(held)(visitor) : leave(held.pass, 'dropped_hold')(visitor);
    }
    const name = `Visitor ${who.number}`;
    const email = `visitor-${who.number}.${crowd.runId}@example.org`;
    const result = await calls.book(held.receipt, { name, email }, `${crowd.runId}-${who.number}-book`);
    if (result.kind === 'ok') {
      const { bookingId, accessToken, payment } = result.value;
      const failuresLeft = who.inside.kind === 'buys' ? who.inside.failedPayments : 0;
      const order = { ...held, bookingId, accessToken, attempt: 0, failuresLeft };
      return after(who.paysForMs, pay(order, payment));
    }
    if (result.kind === 'refused' && (result.code === 'seats_unavailable' || result.code === 'limit_reached')) {
      crowd.tally.refused('book', result.code);
      return leave(held.pass, 'found_nothing')(visitor);
    }
    return afterFailure(visitor, 'book', result, book(held));
  };
}

function giveBack(held: Held): Step {
  return async (visitor) => {
    const result = await visitor.calls.release(held.holdId, held.receipt);
    if (result.kind === 'ok') return leave(held.pass, 'dropped_hold')(visitor);
    return afterFailure(visitor, 'release', result, giveBack(held));
  };
}
