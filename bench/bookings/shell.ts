import type { RequestListener } from 'node:http';
import { holdRequestSchema } from '../../contracts/holds.ts';
import { judgeBookingRequest } from '../../core/bookings/booking-request.ts';
import { toWrite } from '../../core/bookings/commit-booking.ts';
import { draftBooking } from '../../core/bookings/create-booking.ts';
import { requirePerformance } from '../../core/catalogue/require-performance.ts';
import type { CoreConfig } from '../../core/config.ts';
import type { CoreDeps } from '../../core/deps.ts';
import { toHoldView } from '../../core/holds/hold-view.ts';
import { resolveWish } from '../../core/holds/resolve-wish.ts';
import type { HttpAnswer } from '../../core/http/answer.ts';
import { requirePass } from '../../core/http/credentials.ts';
import { directListener, type DirectRoute } from '../../core/http/direct.ts';
import { requireIdempotencyKey } from '../../core/http/idempotency-key.ts';
import { readJson, readText } from '../../core/http/json-body.ts';
import { headersOf, type AnyRequest } from '../../core/http/node-request.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { newId } from '../../platform/id.ts';
import type { Pattern } from './patterns/pattern.ts';

export type ShellDeps = Pick<CoreDeps, 'catalogue' | 'clock' | 'keys' | 'log' | 'payments' | 'sql'> & {
  config: Pick<CoreConfig, 'origin'>;
};

const NO_STORE = { 'cache-control': 'no-store' };

/**
 * Core's HTTP layer around a pattern: the same reading, judging, signing, drafting and answering by the same functions, so that what
 * differs is how a booking is held, written and confirmed. No limit of holds, no health, no jobs: what they cost is core's alone.
 */
export function createShell(deps: ShellDeps, current: () => Pattern): RequestListener {
  const posts = new Map<string, DirectRoute>([
    ['/v1/holds', (request) => hold(deps, current(), request)],
    ['/v1/bookings', (request) => book(deps, current(), request)],
    [`/v1/payments/webhooks/${deps.payments.current.name}`, (request) => settle(deps, current(), request)],
  ]);
  const begin = () => ({ requestId: newId(), clientAddress: null, end() {} });
  const routes = { posts, look: () => undefined };
  return directListener(routes, { begin, log: deps.log }, (_request, answer) => void answer.writeHead(404).end());
}

async function hold(deps: ShellDeps, pattern: Pattern, request: AnyRequest): Promise<HttpAnswer> {
  const headers = headersOf(request);
  const pass = await requirePass(deps, headers);
  requireIdempotencyKey(headers);
  const wish = await readJson(request, holdRequestSchema);
  const performance = await requirePerformance(deps, wish.performanceId);
  const resolved = resolveWish(performance, wish);
  if (!resolved.ok) throw new OperatingError('invalid_request', { errors: resolved.errors });
  const { items, legs } = resolved;
  if (!(await pattern.hold({ owner: pass.sub, items }))) throw new OperatingError('seats_unavailable');
  const nowMs = deps.clock.nowMs();
  const ends = { expiresAtMs: nowMs + 600_000, maxExpiresAtMs: nowMs + 600_000, nowMs };
  const held = { holdId: newId(), owner: pass.sub, fence: '1.1', items, legs, ...ends };
  return { status: 201, body: await toHoldView(deps, performance, held), headers: NO_STORE };
}

async function book(deps: ShellDeps, pattern: Pattern, request: AnyRequest): Promise<HttpAnswer> {
  const judged = await judgeBookingRequest(deps, request);
  const performance = await requirePerformance(deps, judged.claims.performanceId);
  const draft = draftBooking(deps, judged, performance, deps.clock.nowMs());
  const json = JSON.stringify(draft.body);
  if (!(await pattern.book(toWrite(draft, json)))) throw new OperatingError('seats_unavailable');
  return { status: 201, body: json, headers: NO_STORE };
}

async function settle(deps: ShellDeps, pattern: Pattern, request: AnyRequest): Promise<HttpAnswer> {
  const provider = deps.payments.current;
  const payload = await readText(request);
  if (!provider.checkWebhook(headersOf(request), payload).ok) throw new OperatingError('signature_invalid');
  const event = provider.readEvent(JSON.parse(payload));
  if (event.kind !== 'captured' || !(await pattern.pay(event.capture))) throw new OperatingError('not_found');
  return { status: 204, body: null };
}
