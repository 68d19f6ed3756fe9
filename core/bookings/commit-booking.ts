import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { BookingCreated } from '../../contracts/bookings.ts';
import { PAY_BY_SECONDS } from '../../contracts/limits.ts';
import type { Sql, Transaction } from '../../db/connect.ts';
import { requireWaiting, type Turn } from '../http/while-progressing.ts';
import { isLostConnection, isTransient, violatedConstraint } from '../../db/failure.ts';
import { findBookingOfHold } from '../../db/queries/bookings.ts';
import { insertBooking, quantitiesByZone, type NewBooking } from '../../db/queries/create-booking.ts';
import { claimedSeats, lockZoneLegs, type ZoneLeg } from '../../db/queries/zone-legs.ts';
import { isoTime } from '../../platform/clock.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { findAnswer, keepAnswer, type Answer, type KeyedRequest } from '../idempotency/stored-answer.ts';
import { CHECKOUT_TTL_SECONDS } from './checkout-url.ts';

/** A booking that is to be written: all but the times, which are Postgres's. */
export type BookingDraft = {
  row: Omit<NewBooking, 'payBy' | 'payment'> & { payment: Omit<NewBooking['payment'], 'codeExpiresAt'> };
  keyed: KeyedRequest;
  accessToken: string;
  checkoutUrl: string;
};

export type CommitOutcome =
  | { outcome: 'booked'; answer: Answer }
  | { outcome: 'seats_unavailable'; seats: string[] }
  | { outcome: 'zone_sold_out'; zoneId: string; available: number }
  | { outcome: 'limit_reached'; limit: number }
  | { outcome: 'hold_already_booked' }
  /** Nothing was written, and the reason is none that the buyer could act on. */
  | { outcome: 'failed'; error: unknown };

/** Runs at most, and the first pause between them, ms. */
const MAX_RUNS = 5;
const PAUSE_MS = 15;

/**
 * Writes a booking with its claims, outbox row and stored answer in one transaction (READ COMMITTED, zone rows locked first).
 * After a deadlock or a lost connection it runs again with the same ids, so that an unknown commit is found by its hold and key
 * instead of being made twice. It does not begin for a buyer who was refused meanwhile (`turn`). Throws only when nobody can say
 * whether it was written: then nothing may be acknowledged, nor undone.
 */
export async function commitBooking(
  sql: Sql,
  draft: BookingDraft,
  turn: Turn = { isRefused: false },
): Promise<CommitOutcome> {
  let mayBeWritten = false;
  for (let run = 1; ; run += 1) {
    let hasBegun = false;
    try {
      // postgres.js unwraps arrays in the result's type; the outcome is an object and stays as it is.
      return await sql.begin((tx) => {
        requireWaiting(turn);
        hasBegun = true;
        return writeBooking(tx, draft);
      });
    } catch (error) {
      mayBeWritten ||= hasBegun && isLostConnection(error);
      const constraint = violatedConstraint(error);
      const refused = constraint === null ? null : await refusalOf(sql, draft, constraint);
      if (refused !== null) return refused;
      if (run >= MAX_RUNS || !(constraint !== null || isTransient(error))) {
        if (mayBeWritten) throw error;
        return { outcome: 'failed', error };
      }
      await sleep(PAUSE_MS * run);
    }
  }
}

async function writeBooking(
  tx: Transaction,
  { row, keyed, accessToken, checkoutUrl }: BookingDraft,
): Promise<CommitOutcome> {
  const quantities = quantitiesByZone(row.items);
  const { now, zones } = await lockZoneLegs(tx, row.performanceId, [...quantities.keys()], row.legs);
  const short = findShortZone(zones, quantities);
  if (short !== null) return { outcome: 'zone_sold_out', ...short };
  const payBy = new Date(now.getTime() + PAY_BY_SECONDS * 1000);
  const codeExpiresAt = new Date(now.getTime() + CHECKOUT_TTL_SECONDS * 1000);
  const body: BookingCreated = {
    bookingId: row.id,
    status: 'pending_payment',
    accessToken,
    payBy: isoTime(payBy.getTime()),
    payment: { provider: row.payment.provider, paymentId: row.payment.id, checkoutUrl },
    total: { amountMinor: row.totalMinor, currency: row.currency },
    now: isoTime(now.getTime()),
  };
  const [answer] = await Promise.all([
    keepAnswer(tx, keyed, 201, body),
    insertBooking(tx, { ...row, payBy, payment: { ...row.payment, codeExpiresAt } }),
  ]);
  return { outcome: 'booked', answer };
}

/** What a refusing constraint means; null when the reason has gone since, and it is worth another run. */
async function refusalOf(sql: Sql, { row, keyed }: BookingDraft, constraint: string): Promise<CommitOutcome | null> {
  const before = await findAnswer(sql, keyed);
  // An answer with this draft's own id is that of an earlier run whose commit was never confirmed: made now, not before.
  if (before !== null) return { outcome: 'booked', answer: { ...before, replayed: !tellsOf(before, row.id) } };
  switch (constraint) {
    case 'seat_claims_sold_once': {
      const wanted = row.items.flatMap((item) => (item.seatId === null ? [] : [item.seatId]));
      const seats = await claimedSeats(sql, row.performanceId, wanted, row.legs);
      return seats.length === 0 ? null : { outcome: 'seats_unavailable', seats };
    }
    case 'bookings_one_unpaid_per_owner': {
      const booked = await findBookingOfHold(sql, row.holdId);
      return booked === null ? { outcome: 'limit_reached', limit: 1 } : { outcome: 'hold_already_booked' };
    }
    case 'bookings_one_per_hold':
      return { outcome: 'hold_already_booked' };
    case 'zone_legs_never_oversold':
    case 'idempotency_keys_once':
      return null;
    default:
      throw new OperatingError('internal', {}, { message: `the booking was refused by ${constraint}` });
  }
}

const answerSchema = v.pipe(v.string(), v.parseJson(), v.object({ bookingId: v.string() }));

const tellsOf = ({ json }: Answer, bookingId: string): boolean => {
  const answer = v.safeParse(answerSchema, json);
  return answer.success && answer.output.bookingId === bookingId;
};

function findShortZone(
  zones: ZoneLeg[],
  quantities: ReadonlyMap<string, number>,
): { zoneId: string; available: number } | null {
  for (const [zoneId, quantity] of quantities) {
    const free = zones.filter((zone) => zone.zoneId === zoneId).map((zone) => zone.capacity - zone.sold);
    const available = Math.max(0, Math.min(...free));
    // A zone without rows on these legs has nothing to sell there.
    if (free.length === 0 || available < quantity) return { zoneId, available: free.length === 0 ? 0 : available };
  }
  return null;
}
