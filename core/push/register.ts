import {
  MAX_PUSH_SUBSCRIPTIONS,
  pushSubscriptionSchema,
  type NotificationChannels,
  type PushSubscribed,
} from '../../contracts/push.ts';
import { lockBooking } from '../../db/queries/bookings.ts';
import { deletePushSubscription, putPushSubscription } from '../../db/queries/push-subscriptions.ts';
import { isId, newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { openBooking } from '../bookings/open-booking.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { invalidRequest, readJson } from '../http/json-body.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { pickLanguage } from '../notifications/language.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Web push to browsers that asked for it: by which ways we tell, and which browsers a booking tells. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/notification-channels', (c) => {
    const push = deps.push === null ? null : { publicKey: deps.push.publicKey };
    const channels: NotificationChannels = { mail: deps.config.smtp !== null, push };
    return c.json(channels, 200, { 'cache-control': 'public, max-age=60' });
  });

  app.post('/v1/bookings/:id/push-subscriptions', async (c) => {
    const { booking, token } = await openBooking(deps, c.req.param('id'), c.req.raw.headers);
    const { push } = deps;
    if (push === null) throw new OperatingError('not_found', { detail: 'Nothing is pushed here.' });
    const key = requireIdempotencyKey(c.req.raw.headers);
    const subscription = await readJson(c.req.raw, pushSubscriptionSchema);
    const refused = push.refuse(subscription);
    if (refused !== null) throw invalidRequest([refused]);
    const hash = bodyHash(`POST /v1/bookings/${booking.id}/push-subscriptions`, subscription);
    const keyed = { caller: `booking:${booking.id}`, key, bodyHash: hash, credential: token };
    const language = pickLanguage(c.req.header('accept-language'));
    const answer = await runIdempotent(deps, keyed, async (tx) => {
      await lockBooking(tx, booking.id, { zones: false });
      const wish = { id: newId(), bookingId: booking.id, endpoint: subscription.endpoint, language };
      const kept = { ...wish, subscription: JSON.stringify(subscription) };
      const id = await putPushSubscription(tx, kept, MAX_PUSH_SUBSCRIPTIONS);
      if (id === null) throw new OperatingError('limit_reached', { extra: { limit: MAX_PUSH_SUBSCRIPTIONS } });
      const body: PushSubscribed = { id };
      return { status: 201, body };
    });
    return sendAnswer(c, answer);
  });

  app.delete('/v1/bookings/:id/push-subscriptions/:subscriptionId', async (c) => {
    const { booking } = await openBooking(deps, c.req.param('id'), c.req.raw.headers);
    const id = c.req.param('subscriptionId');
    // One that is not there any more is as it was wished.
    if (isId(id)) await whileProgressing(deps.sql, () => deletePushSubscription(deps.sql, booking.id, id));
    return c.body(null, 204, NO_STORE);
  });
}
