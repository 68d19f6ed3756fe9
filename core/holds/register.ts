import { extendRequestSchema, type HoldView } from '../../contracts/holds.ts';
import type { HoldReceiptClaims } from '../../contracts/token-claims.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { extendHold } from '../../redis/inventory/extend-hold.ts';
import type { HoldRef } from '../../redis/inventory/hold-ref.ts';
import { readHold } from '../../redis/inventory/read-hold.ts';
import { releaseHold } from '../../redis/inventory/release-hold.ts';
import { requirePerformance } from '../catalogue/require-performance.ts';
import type { CoreDeps } from '../deps.ts';
import { send, type HttpAnswer } from '../http/answer.ts';
import type { CoreApp } from '../http/context.ts';
import { readBearer, requirePass, requireReceipt } from '../http/credentials.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { readJson } from '../http/json-body.ts';
import type { AnyRequest } from '../http/node-request.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { leaveWaitlist } from '../waitlist/leave.ts';
import { entryOfOwner } from '../waitlist/offer-owner.ts';
import { toHoldView } from './hold-view.ts';
import { limitHolds } from './limit-holds.ts';
import { placeHoldRequest } from './place.ts';

const NO_STORE = { 'cache-control': 'no-store' };

/** Where a hold is, as callers see it: through the gate. */
const holdUrl = (origin: string, holdId: string): string => `${origin}/api/core/v1/holds/${holdId}`;

/** `POST holds`. */
export async function answerHold(deps: CoreDeps, request: AnyRequest): Promise<HttpAnswer> {
  const { view, replayed } = await placeHoldRequest(deps, request);
  const location = holdUrl(deps.config.origin, view.holdId);
  const headers = { 'cache-control': 'no-store', location };
  return { status: 201, body: view, headers: replayed ? { ...headers, 'idempotency-replayed': 'true' } : headers };
}

/** Holds: place, look at, extend, give back (BOOKING §2). */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/holds', async (c) => send(c, await answerHold(deps, c.req.raw)));

  app.get('/v1/holds/:id', async (c) => {
    const receipt = await ownReceipt(deps, readBearer(c.req.raw.headers), c.req.param('id'));
    const performance = await requirePerformance(deps, receipt.performanceId);
    const found = await deps.inventory.use(performance, () => readHold(deps.scripts, toRef(receipt)));
    if (found.outcome === 'gone') throw new OperatingError('not_found', { detail: 'The hold has ended.' });
    return c.json(await toHoldView(deps, performance, { ...fromReceipt(receipt), ...found }), 200, NO_STORE);
  });

  app.delete('/v1/holds/:id', async (c) => {
    const receipt = await ownReceipt(deps, readBearer(c.req.raw.headers), c.req.param('id'));
    const performance = await requirePerformance(deps, receipt.performanceId);
    const tombstoneUntilMs = (receipt.maxExp + 1) * 1000;
    const released = await deps.inventory.use(performance, () =>
      releaseHold(deps.scripts, toRef(receipt), tombstoneUntilMs),
    );
    if (released.outcome === 'booked') throw new OperatingError('hold_already_booked');
    // What was offered to one who waited goes to the next, as the page that asks says.
    const entryId = entryOfOwner(receipt.sub);
    if (entryId !== null) await whileProgressing(deps.sql, () => leaveWaitlist(deps, entryId));
    return c.body(null, 204, NO_STORE);
  });

  app.post('/v1/holds/:id/extend', async (c) => {
    const { view, replayed } = await extendRequest(deps, c.req.raw, c.req.param('id'));
    return c.json(view, 200, { ...NO_STORE, ...replayedHeader(replayed) });
  });
}

async function extendRequest(
  deps: CoreDeps,
  request: Request,
  holdId: string,
): Promise<{ view: HoldView; replayed: boolean }> {
  const pass = await requirePass(deps, request.headers);
  const idempotencyKey = requireIdempotencyKey(request.headers);
  const body = await readJson(request, extendRequestSchema);
  const receipt = await ownReceipt(deps, body.receipt, holdId);
  if (receipt.room !== pass.room || receipt.sub !== pass.sub) throw new OperatingError('not_admitted');
  const performance = await requirePerformance(deps, receipt.performanceId);
  const extended = await deps.inventory.use(performance, () =>
    extendHold(deps.scripts, toRef(receipt), {
      idempotencyKey,
      bodyHash: bodyHash(`POST /v1/holds/${holdId}/extend`, body),
      limit: limitHolds(pass.sub),
    }),
  );
  if (extended.outcome === 'refused') throw new OperatingError('extension_refused');
  return {
    view: await toHoldView(deps, performance, { ...fromReceipt(receipt), ...extended }),
    replayed: extended.replayed,
  };
}

/** A valid receipt of the hold in the address; another hold's is a 404, as if there were none. */
async function ownReceipt(deps: CoreDeps, token: string | null, holdId: string): Promise<HoldReceiptClaims> {
  const receipt = await requireReceipt(deps, token);
  if (receipt.holdId !== holdId) throw new OperatingError('not_found');
  return receipt;
}

const toRef = ({ room, performanceId, holdId, sub, fence }: HoldReceiptClaims): HoldRef => ({
  room,
  performanceId,
  holdId,
  owner: sub,
  fence,
});

const fromReceipt = ({ holdId, sub, identity, fence, items, legs }: HoldReceiptClaims) => ({
  holdId,
  owner: sub,
  identity,
  fence,
  items,
  legs,
});

const replayedHeader = (replayed: boolean): Record<string, string> =>
  replayed ? { 'idempotency-replayed': 'true' } : {};
