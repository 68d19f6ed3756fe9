import { MAX_PUSH_SUBSCRIPTIONS, pushSubscriptionSchema, type NotificationChannels } from '../../contracts/push.ts';
import type { Transaction } from '../../db/connect.ts';
import { lockBooking } from '../../db/queries/bookings.ts';
import {
  deleteEntrySubscription,
  deletePushSubscription,
  putEntrySubscription,
  putPushSubscription,
} from '../../db/queries/push-subscriptions.ts';
import { lockEntry } from '../../db/queries/waitlist-entries.ts';
import { isId, newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { openBooking } from '../bookings/open-booking.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { invalidRequest, readJson } from '../http/json-body.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { pickLanguage, type Language } from '../notifications/language.ts';
import { openEntry } from '../waitlist/entry-token.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Web push to browsers that asked for it: by which ways we tell, and which browsers a booking or a place in a waitlist tells. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/notification-channels', (c) => {
    const push = deps.push === null ? null : { publicKey: deps.push.publicKey };
    const channels: NotificationChannels = { mail: deps.config.smtp !== null, push };
    return c.json(channels, 200, { 'cache-control': 'public, max-age=60' });
  });

  app.post('/v1/bookings/:id/push-subscriptions', async (c) => {
    const { booking, token } = await openBooking(deps, c.req.param('id'), c.req.raw.headers);
    return subscribe(deps, c, { of: `booking:${booking.id}`, token }, async (tx, wish) => {
      await lockBooking(tx, booking.id, { zones: false });
      return putPushSubscription(tx, { ...wish, bookingId: booking.id }, MAX_PUSH_SUBSCRIPTIONS);
    });
  });

  app.delete('/v1/bookings/:id/push-subscriptions/:subscriptionId', async (c) => {
    const { booking } = await openBooking(deps, c.req.param('id'), c.req.raw.headers);
    const id = c.req.param('subscriptionId');
    // One that is not there any more is as it was wished.
    if (isId(id)) await whileProgressing(deps.sql, () => deletePushSubscription(deps.sql, booking.id, id));
    return c.body(null, 204, NO_STORE);
  });

  app.post('/v1/waitlist/:id/push-subscriptions', async (c) => {
    const { entry, token } = await openEntry(deps, c.req.param('id'), c.req.raw.headers);
    return subscribe(deps, c, { of: `waitlist:${entry.id}`, token }, async (tx, wish) => {
      await lockEntry(tx, entry.id);
      return putEntrySubscription(tx, { ...wish, entryId: entry.id }, MAX_PUSH_SUBSCRIPTIONS);
    });
  });

  app.delete('/v1/waitlist/:id/push-subscriptions/:subscriptionId', async (c) => {
    const { entry } = await openEntry(deps, c.req.param('id'), c.req.raw.headers);
    const id = c.req.param('subscriptionId');
    if (isId(id)) await whileProgressing(deps.sql, () => deleteEntrySubscription(deps.sql, entry.id, id));
    return c.body(null, 204, NO_STORE);
  });
}

type Wish = { id: string; endpoint: string; subscription: string; language: Language };

/** Keeps a browser for something that its caller has opened; `put` answers null where that has as many as it may. */
async function subscribe(
  deps: CoreDeps,
  c: CoreContext,
  { of, token }: { of: string; token: string },
  put: (tx: Transaction, wish: Wish) => Promise<string | null>,
): Promise<Response> {
  const { push } = deps;
  if (push === null) throw new OperatingError('not_found', { detail: 'Nothing is pushed here.' });
  const key = requireIdempotencyKey(c.req.raw.headers);
  const subscription = await readJson(c.req.raw, pushSubscriptionSchema);
  const refused = push.refuse(subscription);
  if (refused !== null) throw invalidRequest([refused]);
  const keyed = { caller: of, key, bodyHash: bodyHash(`POST ${c.req.path}`, subscription), credential: token };
  const { endpoint } = subscription;
  const language = pickLanguage(c.req.header('accept-language'));
  const answer = await runIdempotent(deps, keyed, async (tx) => {
    const id = await put(tx, { id: newId(), endpoint, subscription: JSON.stringify(subscription), language });
    if (id === null) throw new OperatingError('limit_reached', { extra: { limit: MAX_PUSH_SUBSCRIPTIONS } });
    return { status: 201, body: { id } };
  });
  return sendAnswer(c, answer);
}
