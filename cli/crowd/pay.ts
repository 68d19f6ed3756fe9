import { leave } from './leave.ts';
import { afterFailure, gone, after, type Next, type Step, type Visitor } from './visitor.ts';

/** What somebody holds. */
export type Held = { pass: string; holdId: string; receipt: string; places: number };
/** A booking that waits for its money. */
export type Order = Held & { bookingId: string; accessToken: string; attempt: number; failuresLeft: number };
export type Attempt = { paymentId: string; checkoutUrl: string };

/** The state of a payment travels by webhook: it is asked for after this long, then ever less often, in ms. */
const LOOK_FIRST_MS = 400;
const LOOK_MAX_MS = 3000;
const LOOK_GROWTH = 1.5;
/** Longer than the provider's webhook may take here; after it something is wrong, in ms. */
const SETTLES_WITHIN_MS = 60_000;

/** Opens the checkout as a browser does, and presses a button of the provider's page, or closes it. */
export function pay(order: Order, attempt: Attempt): Step {
  return async (visitor) => {
    const { calls, crowd, who } = visitor;
    const checkout = await calls.open(attempt.checkoutUrl);
    if (checkout.kind !== 'ok') return afterFailure(visitor, 'checkout', checkout, pay(order, attempt));
    const page = checkout.location;
    if (page === null) return gaveNoWay(visitor, 'checkout', `${checkout.status} without a way to the provider`);
    const shown = await calls.open(page);
    if (shown.kind !== 'ok') return afterFailure(visitor, 'payment page', shown, pay(order, attempt));
    if (who.inside.kind === 'drops_payment') return leave(order.pass, 'dropped_payment')(visitor);
    const fails = order.failuresLeft > 0;
    const pressed = await calls.press(page, fails ? 'fail' : 'succeed');
    if (pressed.kind !== 'ok') return afterFailure(visitor, 'payment', pressed, pay(order, attempt));
    const settled = fails ? tryAgain(order) : finish(order);
    return after(LOOK_FIRST_MS, settle(order, attempt, settled, { untilMs: crowd.clock.nowMs() + SETTLES_WITHIN_MS }));
  };
}

/** Looks at the booking until the provider's word has arrived. */
function settle(order: Order, attempt: Attempt, settled: Step, wait: { untilMs: number; lookMs?: number }): Step {
  return async (visitor) => {
    const { calls, crowd } = visitor;
    const again = (lookMs: number): Step => settle(order, attempt, settled, { ...wait, lookMs });
    const lookMs = wait.lookMs ?? LOOK_FIRST_MS;
    const result = await calls.booking(order.bookingId, order.accessToken);
    if (result.kind !== 'ok') return afterFailure(visitor, 'booking', result, again(lookMs));
    const { status, payments } = result.value;
    const isOpen = payments.find(({ paymentId }) => paymentId === attempt.paymentId)?.status === 'open';
    // A capture and its confirmation are one transaction, so a closed attempt has a settled booking.
    if (!isOpen) return settled(visitor);
    if (status !== 'pending_payment') return gaveNoWay(visitor, 'booking', `${status} while its payment is open`);
    if (crowd.clock.nowMs() > wait.untilMs) return gaveNoWay(visitor, 'payment', 'not settled within 60 s');
    return after(lookMs, again(Math.min(LOOK_MAX_MS, lookMs * LOOK_GROWTH)));
  };
}

function tryAgain(order: Order): Step {
  return async (visitor) => {
    const { calls, crowd, who } = visitor;
    const key = `${crowd.runId}-${who.number}-pay-${order.attempt}`;
    const result = await calls.payAgain(order.bookingId, order.accessToken, key);
    if (result.kind !== 'ok') return afterFailure(visitor, 'pay again', result, tryAgain(order));
    const next = { ...order, attempt: order.attempt + 1, failuresLeft: order.failuresLeft - 1 };
    return after(who.paysForMs / 2, pay(next, result.value));
  };
}

/** Fetches the entry tickets of a confirmed booking: one for each place. */
function finish(order: Order): Step {
  return async (visitor) => {
    const { calls, crowd } = visitor;
    const booking = await calls.booking(order.bookingId, order.accessToken);
    if (booking.kind !== 'ok') return afterFailure(visitor, 'booking', booking, finish(order));
    if (booking.value.status !== 'confirmed')
      return gaveNoWay(visitor, 'booking', `${booking.value.status} though it is paid`);
    const tickets = await calls.tickets(order.bookingId, order.accessToken);
    if (tickets.kind !== 'ok') return afterFailure(visitor, 'tickets', tickets, finish(order));
    const count = tickets.value.tickets.length;
    if (count !== order.places) return gaveNoWay(visitor, 'tickets', `${count} tickets for ${order.places} places`);
    crowd.tally.totals.sold += 1;
    crowd.tally.totals.soldPlaces += order.places;
    return leave(order.pass, 'bought')(visitor);
  };
}

function gaveNoWay(visitor: Visitor, step: string, what: string): Next {
  visitor.crowd.tally.surprised(step, what);
  return gone('failed');
}
