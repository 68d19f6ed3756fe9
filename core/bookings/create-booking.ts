import type { BookingCreated } from '../../contracts/bookings.ts';
import type { HoldReceiptClaims } from '../../contracts/token-claims.ts';
import { PAY_BY_SECONDS } from '../../contracts/limits.ts';
import { findBookingOfHold } from '../../db/queries/bookings.ts';
import type { BookingItem, NewBooking } from '../../db/queries/new-booking.ts';
import { isoTime } from '../../platform/clock.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { pinHold, type PinHoldOutcome } from '../../redis/inventory/pin-hold.ts';
import { releaseHold } from '../../redis/inventory/release-hold.ts';
import { unpinHold } from '../../redis/inventory/unpin-hold.ts';
import type { Performance } from '../catalogue/performance.ts';
import { requireOnSale } from '../catalogue/require-on-sale.ts';
import type { CoreConfig } from '../config.ts';
import type { CoreDeps } from '../deps.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing, type Turn } from '../http/while-progressing.ts';
import { toPlaces } from '../inventory/places.ts';
import { findAnswer, type Answer } from '../idempotency/stored-answer.ts';
import type { JudgedRequest } from './booking-request.ts';
import { CHECKOUT_TTL_SECONDS, checkoutUrl } from './checkout-url.ts';
import { MAX_WAITING_BOOKINGS, type BookingDraft, type CommitOutcome } from './commit-booking.ts';
import { normaliseEmail } from './normalise-email.ts';
import { newBookingToken, newCheckoutCode } from './secrets.ts';

/** Life of the in-flight marker, ms: longer than a statement may take, so that one key is never worked on twice. */
const IN_FLIGHT_MS = 10_000;
/** The pin outlives `payBy`, which is Postgres's time, by this much, ms: the outbox has replaced it by then. */
const PIN_MARGIN_MS = 60_000;

/**
 * Books a hold (BOOKING §3): pins it in Redis, writes the booking in Postgres, answers after the commit. Refuses: `hold_expired`,
 * `forbidden` (the sale has ended), `hold_lost`, `hold_already_booked`, `seats_unavailable`, `zone_sold_out`, `limit_reached`, `idempotency_key_*`, `store_unavailable`.
 */
export async function createBooking(deps: CoreDeps, request: JudgedRequest): Promise<Answer> {
  const { claims, keyed } = request;
  if (request.isExpired)
    return (await withinDeadline(deps.sql, () => findAnswer(deps.sql, keyed))) ?? refuse('hold_expired');
  const performance = await deps.catalogue.performance(claims.performanceId);
  if (performance === null) throw new OperatingError('performance_not_found');
  const nowMs = await deps.postgresClock.nowMs();
  const closed = await answerClosed(deps, request, performance, nowMs);
  if (closed !== null) return closed;
  const draft = draftBooking(deps, request, performance, nowMs);
  const pin = await deps.inventory.use(performance, () => pinHold(deps.scripts, pinOf(claims, draft, performance)));
  if (pin.outcome !== 'pinned') return answerUnpinned(deps, request, performance, pin);
  // What follows from the commit is done also when the buyer was answered before it ended.
  const commit = async (turn: Turn): Promise<CommitOutcome> => {
    const committed = await deps.commits.bookings.commit(draft, turn);
    const isNew = committed.outcome === 'booked' && !committed.answer.replayed;
    if (!isNew) await giveBack(deps, claims, draft, { isBooked: isBooked(committed), wasReplaced: pin.replaced });
    return committed;
  };
  try {
    return answerCommitted(await whileProgressing(deps.commits.bookings, commit, MAX_WAITING_BOOKINGS));
  } catch (error) {
    const isBusy = error instanceof OperatingError && error.code === 'busy';
    if (isBusy) await giveBack(deps, claims, draft, { isBooked: false, wasReplaced: false });
    throw error;
  }
}

/** Once the sale has ended nothing is booked, held or not; what was booked before is answered as it was. */
async function answerClosed(
  deps: CoreDeps,
  { keyed }: JudgedRequest,
  performance: Performance,
  nowMs: number,
): Promise<Answer | null> {
  try {
    requireOnSale(performance, nowMs);
    return null;
  } catch (error) {
    const before = await withinDeadline(deps.sql, () => findAnswer(deps.sql, keyed));
    if (before === null) throw error;
    return before;
  }
}

/**
 * The booking that a request asks for, and the answer that tells of it. Times are Postgres's, as near as this process knows them:
 * what was promised is what expiry looks at.
 */
export function draftBooking(
  deps: Pick<CoreDeps, 'payments'> & { config: Pick<CoreConfig, 'origin'> },
  { claims, account, keyed, body, language }: JudgedRequest,
  performance: Performance,
  nowMs: number,
): BookingDraft {
  const id = newId();
  const token = newBookingToken();
  const code = newCheckoutCode();
  const items = claims.items.map(toItem);
  const row: NewBooking = {
    id,
    holdId: claims.holdId,
    performanceId: claims.performanceId,
    owner: claims.sub,
    identity: claims.identity ?? null,
    // Whose it is, and for whom its places are counted: who is signed in, whatever address the tickets go to.
    buyer: {
      name: body.buyer.name,
      email: body.buyer.email,
      emailNormalised: account?.email ?? normaliseEmail(body.buyer.email),
    },
    language,
    passengers: body.passengers ?? [],
    accessTokenHash: token.hash,
    totalMinor: items.reduce((sum, item) => sum + item.priceMinor * item.quantity, 0),
    currency: performance.currency,
    legs: claims.legs,
    items,
    payBy: new Date(nowMs + PAY_BY_SECONDS * 1000),
    payment: {
      id: newId(),
      provider: deps.payments.current.name,
      codeHash: code.hash,
      codeExpiresAt: new Date(nowMs + CHECKOUT_TTL_SECONDS * 1000),
    },
  };
  const created: BookingCreated = {
    bookingId: id,
    status: 'pending_payment',
    accessToken: token.secret,
    payBy: isoTime(row.payBy.getTime()),
    payment: {
      provider: row.payment.provider,
      paymentId: row.payment.id,
      checkoutUrl: checkoutUrl(deps.config.origin, id, code.secret),
    },
    total: { amountMinor: row.totalMinor, currency: row.currency },
    now: isoTime(nowMs),
  };
  return { keyed, row, body: created };
}

const toItem = ({
  zoneId,
  seatId,
  quantity,
  priceMinor,
  blockId,
}: HoldReceiptClaims['items'][number]): BookingItem => ({
  zoneId,
  seatId: seatId ?? null,
  quantity,
  priceMinor,
  blockId: blockId ?? null,
});

const pinOf = (claims: HoldReceiptClaims, draft: BookingDraft, performance: Performance) => ({
  room: claims.room,
  performanceId: claims.performanceId,
  holdId: claims.holdId,
  owner: claims.sub,
  identity: claims.identity,
  fence: claims.fence,
  places: toPlaces(performance, draft.row.items, claims.legs),
  expiresAtMs: claims.exp * 1000,
  maxExpiresAtMs: claims.maxExp * 1000,
  bookingId: draft.row.id,
  pinMs: PAY_BY_SECONDS * 1000 + PIN_MARGIN_MS,
  inFlight: { caller: draft.keyed.caller, key: draft.keyed.key, ttlMs: IN_FLIGHT_MS },
});

/** A hold that can't be pinned may be gone because this very request, or another one, has booked it. */
async function answerUnpinned(
  deps: CoreDeps,
  { claims, keyed }: JudgedRequest,
  performance: Performance,
  pin: Exclude<PinHoldOutcome, { outcome: 'pinned' }>,
): Promise<Answer> {
  const before = await withinDeadline(deps.sql, () => findAnswer(deps.sql, keyed));
  if (before !== null) return before;
  if (pin.outcome === 'in_flight') return refuse('idempotency_key_in_flight');
  if ((await withinDeadline(deps.sql, () => findBookingOfHold(deps.sql, claims.holdId))) !== null)
    return refuse('hold_already_booked');
  if (pin.outcome === 'limit_reached') return refuse('limit_reached', { limit: pin.limit });
  const seats = pin.seats.flatMap((index) => performance.seats.at(index) ?? []);
  return refuse('hold_lost', seats.length === 0 ? {} : { seats });
}

function answerCommitted(committed: CommitOutcome): Answer {
  switch (committed.outcome) {
    case 'booked':
      return committed.answer;
    case 'seats_unavailable':
      return refuse('seats_unavailable', { seats: committed.seats });
    case 'zone_sold_out':
      return refuse('zone_sold_out', { zoneId: committed.zoneId, available: committed.available });
    case 'limit_reached':
      return refuse('limit_reached', { limit: committed.limit });
    case 'hold_already_booked':
      return refuse('hold_already_booked');
    case 'key_reused':
      throw new OperatingError('idempotency_key_reused');
    case 'failed':
      throw committed.error;
  }
}

const isBooked = ({ outcome }: CommitOutcome): boolean => outcome === 'booked' || outcome === 'hold_already_booked';

/**
 * Takes the pin off again. A hold that is booked stays pinned until the outbox takes it over; when this pin had placed it anew,
 * that has happened already and nobody will: it is released altogether.
 */
async function giveBack(
  deps: CoreDeps,
  claims: HoldReceiptClaims,
  draft: BookingDraft,
  { isBooked, wasReplaced }: { isBooked: boolean; wasReplaced: boolean },
): Promise<void> {
  const hold = {
    room: claims.room,
    performanceId: claims.performanceId,
    holdId: claims.holdId,
    owner: claims.sub,
    fence: claims.fence,
  };
  const { caller, key } = draft.keyed;
  const isStray = isBooked && wasReplaced;
  try {
    await unpinHold(deps.scripts, {
      ...hold,
      bookingId: draft.row.id,
      isBooked: isBooked && !isStray,
      inFlight: { caller, key },
    });
    if (isStray) await releaseHold(deps.scripts, hold, claims.maxExp * 1000);
  } catch (error) {
    // The buyer's answer does not depend on it: a pin that stays ends by itself.
    deps.log.warn({ err: error, holdId: claims.holdId }, 'a pin was left to run out');
  }
}

function refuse(
  code:
    | 'hold_expired'
    | 'hold_lost'
    | 'hold_already_booked'
    | 'idempotency_key_in_flight'
    | 'seats_unavailable'
    | 'zone_sold_out'
    | 'limit_reached',
  extra: Record<string, unknown> = {},
): never {
  throw new OperatingError(code, { extra });
}
