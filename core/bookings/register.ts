import type { CoreDeps } from '../deps.ts';
import { send, type HttpAnswer } from '../http/answer.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import type { AnyRequest } from '../http/node-request.ts';
import { readOptionalBody } from '../http/optional-body.ts';
import { runIdempotent, sendAnswer, toHttpAnswer } from '../idempotency/run-idempotent.ts';
import type { KeyedRequest } from '../idempotency/stored-answer.ts';
import { toBookingView } from './booking-view.ts';
import { judgeBookingRequest } from './booking-request.ts';
import { cancelBooking } from './cancel-booking.ts';
import { createBooking } from './create-booking.ts';
import { openBooking } from './open-booking.ts';
import { openCheckout } from './open-checkout.ts';
import { providerAwayPage } from './provider-away-page.ts';
import { startPayment } from './start-payment.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** `POST bookings`. */
export const answerBooking = async (deps: CoreDeps, request: AnyRequest): Promise<HttpAnswer> =>
  toHttpAnswer(await createBooking(deps, await judgeBookingRequest(deps, request)));

/** Bookings: make one of a hold, look at it, pay, cancel. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/bookings', async (c) => send(c, await answerBooking(deps, c.req.raw)));

  app.get('/v1/bookings/:id', async (c) => {
    const { booking } = await openBooking(deps, c.req.param('id'), c.req.raw.headers);
    // Only for the stops' names; a booking is shown without them rather than not at all.
    const performance = await deps.catalogue.performance(booking.performanceId).catch(() => null);
    return c.json(toBookingView(booking, performance), 200, NO_STORE);
  });

  app.post('/v1/bookings/:id/payments', async (c) => {
    const keyed = await keyedBooking(deps, c, 'payments');
    const work = async (tx: Parameters<typeof startPayment>[1]) => ({
      status: 201,
      body: await startPayment(deps, tx, keyed.bookingId),
    });
    return sendAnswer(c, await runIdempotent(deps, keyed, work));
  });

  app.post('/v1/bookings/:id/cancel', async (c) => {
    const keyed = await keyedBooking(deps, c, 'cancel');
    const answer = await runIdempotent(deps, keyed, async (tx) => ({
      status: 200,
      body: await cancelBooking(tx, deps, keyed.bookingId, 'buyer'),
    }));
    deps.wake('outbox');
    return sendAnswer(c, answer);
  });

  app.get('/v1/bookings/:id/checkout', async (c) => {
    const [id, code] = [c.req.param('id'), c.req.query('code') ?? ''];
    const opened = openCheckout(deps, id, code);
    const location = await opened.catch((error: unknown) =>
      providerAwayPage(c, deps.config.origin, { id, code }, error),
    );
    if (location instanceof Response) return location;
    return new Response(null, { status: 303, headers: { location, ...NO_STORE, 'referrer-policy': 'no-referrer' } });
  });
}

/** A POST on a booking: its token first, then the key, then the body, which is empty or `{}`. */
async function keyedBooking(
  deps: CoreDeps,
  c: CoreContext,
  action: string,
): Promise<KeyedRequest & { bookingId: string }> {
  const { booking, token } = await openBooking(deps, c.req.param('id') ?? '', c.req.raw.headers);
  const key = requireIdempotencyKey(c.req.raw.headers);
  const body = await readOptionalBody(c.req.raw);
  const hash = bodyHash(`POST /v1/bookings/${booking.id}/${action}`, body);
  return { bookingId: booking.id, caller: `booking:${booking.id}`, key, bodyHash: hash, credential: token };
}
