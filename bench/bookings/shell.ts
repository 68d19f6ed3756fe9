import { Hono } from 'hono';
import { holdRequestSchema } from '../../contracts/holds.ts';
import { judgeBookingRequest } from '../../core/bookings/booking-request.ts';
import { toWrite } from '../../core/bookings/commit-booking.ts';
import { draftBooking } from '../../core/bookings/create-booking.ts';
import { requirePerformance } from '../../core/catalogue/require-performance.ts';
import type { CoreConfig } from '../../core/config.ts';
import type { CoreDeps } from '../../core/deps.ts';
import { toHoldView } from '../../core/holds/hold-view.ts';
import { resolveWish } from '../../core/holds/resolve-wish.ts';
import { labelAnswer, sendEmpty, sendJson } from '../../core/http/answer.ts';
import type { CoreApp, CoreContext, CoreEnv } from '../../core/http/context.ts';
import { requirePass } from '../../core/http/credentials.ts';
import { requireIdempotencyKey } from '../../core/http/idempotency-key.ts';
import { readJson, readText } from '../../core/http/json-body.ts';
import { headersOf, keepIncoming } from '../../core/http/node-request.ts';
import { problemOfError } from '../../core/http/problems.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { newId } from '../../platform/id.ts';
import type { Pattern } from './patterns/pattern.ts';

export type ShellDeps = Pick<CoreDeps, 'catalogue' | 'clock' | 'keys' | 'log' | 'payments' | 'sql'> & {
  config: Pick<CoreConfig, 'origin'>;
};

/**
 * Core's HTTP layer around a pattern: the same reading, judging, signing, drafting and answering by the same functions, so that what
 * differs is how a booking is held, written and confirmed. No limit of holds, no health, no jobs: what they cost is core's alone.
 */
export function createShell(deps: ShellDeps, current: () => Pattern): CoreApp {
  const app: CoreApp = new Hono<CoreEnv>();
  app.use(async (c, next) => {
    keepIncoming(c.req.raw, c.env);
    c.set('requestId', newId());
    await next();
    labelAnswer(c);
  });
  app.onError((error, c) => problemOfError(c, error, deps.log));
  app.post('/v1/holds', (c) => hold(deps, current(), c));
  app.post('/v1/bookings', (c) => book(deps, current(), c));
  app.post('/v1/payments/webhooks/:provider', async (c) => {
    const provider = deps.payments.current;
    const payload = await readText(c.req.raw);
    if (!provider.checkWebhook(headersOf(c.req.raw), payload).ok) throw new OperatingError('signature_invalid');
    const event = provider.readEvent(JSON.parse(payload));
    if (event.kind !== 'captured' || !(await current().pay(event.capture))) throw new OperatingError('not_found');
    return sendEmpty(c);
  });
  return app;
}

async function hold(deps: ShellDeps, pattern: Pattern, c: CoreContext): Promise<Response> {
  const headers = headersOf(c.req.raw);
  const pass = await requirePass(deps, headers);
  requireIdempotencyKey(headers);
  const wish = await readJson(c.req.raw, holdRequestSchema);
  const performance = await requirePerformance(deps, wish.performanceId);
  const resolved = resolveWish(performance, wish);
  if (!resolved.ok) throw new OperatingError('invalid_request', { errors: resolved.errors });
  const { items, legs } = resolved;
  if (!(await pattern.hold({ owner: pass.sub, items }))) throw new OperatingError('seats_unavailable');
  const nowMs = deps.clock.nowMs();
  const ends = { expiresAtMs: nowMs + 600_000, maxExpiresAtMs: nowMs + 600_000, nowMs };
  const held = { holdId: newId(), owner: pass.sub, fence: '1.1', items, legs, ...ends };
  return sendJson(c, 201, await toHoldView(deps, performance, held), { 'cache-control': 'no-store' });
}

async function book(deps: ShellDeps, pattern: Pattern, c: CoreContext): Promise<Response> {
  const judged = await judgeBookingRequest(deps, c.req.raw);
  const performance = await requirePerformance(deps, judged.claims.performanceId);
  const draft = draftBooking(deps, judged, performance, deps.clock.nowMs());
  const json = JSON.stringify(draft.body);
  if (!(await pattern.book(toWrite(draft, json)))) throw new OperatingError('seats_unavailable');
  return sendJson(c, 201, json, { 'cache-control': 'no-store' });
}
