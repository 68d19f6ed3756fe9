import type { Sql } from '../../db/connect.ts';
import type { BookingToWrite } from '../../db/queries/booking-batch.ts';
import type { NewBooking } from '../../db/queries/new-booking.ts';
import type { Lease } from '../../db/queries/own-work.ts';
import type { PlacedBooking } from '../../db/queries/read-claims.ts';
import { writeBookings, writeTrusted, type WriteVerdict } from '../../db/queries/write-bookings.ts';
import { createBatchWriter } from '../commits/batch-writer.ts';
import type { Batcher, Flushed } from '../commits/batcher.ts';
import { NO_OWN_WORK, type OwnWork } from '../commits/own-work.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Turn } from '../http/while-progressing.ts';
import { openStored, sealed, type Answer, type KeyedRequest } from '../idempotency/stored-answer.ts';

/** A booking that is to be written, and the body of the answer that says so. */
export type BookingDraft = { row: NewBooking; keyed: KeyedRequest; body: object };

export type CommitOutcome =
  | { outcome: 'booked'; answer: Answer }
  | { outcome: 'seats_unavailable'; seats: string[] }
  | { outcome: 'zone_sold_out'; zoneId: string; available: number }
  | { outcome: 'limit_reached'; limit: number }
  | { outcome: 'hold_already_booked' }
  | { outcome: 'key_reused' }
  /** Nothing was written, and the reason is none that the buyer could act on. */
  | { outcome: 'failed'; error: unknown };

/** Requests that wait to be written at most: what a busy Postgres works off in about a second, after which callers are refused. */
export const MAX_WAITING_BOOKINGS = 2000;

/** One draft on its way: written again, it is the same to the byte, so that its own rows are known from a rival's. */
type Commit = { draft: BookingDraft; json: string; toWrite: BookingToWrite; turn: Turn };
export type BookingCommits = Pick<Batcher<Commit, CommitOutcome>, 'drain'> & {
  /**
   * Writes a booking with its claims, outbox row and stored answer, together with whoever else comes (BOOKING §4), and resolves when
   * that is durable. It does not begin for a buyer who was refused meanwhile (`turn`). Rejects with `busy`, having begun nothing,
   * when too many wait; else only when nobody can say whether it was written: then nothing may be acknowledged, nor undone.
   */
  commit(draft: BookingDraft, turn?: Turn): Promise<CommitOutcome>;
};

/**
 * Batches that are judged after one that was trusted and refused: what stood in its way may stand in others', and each would be written
 * twice. One in so many more is what buyers pay who are hindered all the time.
 */
const JUDGED_AFTER_REFUSAL = 16;

/** Group commit of bookings over a pool that has a connection for each flush under way; Redis is told of them as own work. */
export function createBookingCommits(sql: Sql, ownWork: OwnWork = NO_OWN_WORK): BookingCommits {
  const isWanted = ({ turn }: Commit) => !turn.isRefused;
  const write = createWriter(sql);
  const batcher = createBatchWriter<Commit, CommitOutcome>({
    write: (commits) => writeOnce(write, commits, ownWork),
    maxWaiting: MAX_WAITING_BOOKINGS,
    laneOf,
    isWanted,
  });
  return {
    async commit(draft, turn = { isRefused: false }) {
      const { outcome, error } = toOutcome(await batcher.submit(toCommit(draft, turn)));
      if (outcome === null) throw error;
      return outcome;
    },
    drain: () => batcher.drain(),
  };
}

const toOutcome = (settled: Exclude<Flushed<CommitOutcome>, { kind: 'again' }>) => {
  if (settled.kind === 'done') return { outcome: settled.result, error: null };
  const { error, isUnknown } = settled;
  return isUnknown ? { outcome: null, error } : { outcome: { outcome: 'failed' as const, error }, error: null };
};

function toCommit(draft: BookingDraft, turn: Turn): Commit {
  const json = JSON.stringify(draft.body);
  return { draft, json, turn, toWrite: toWrite(draft, json) };
}

/** A draft as it is written, its answer sealed. */
export function toWrite({ row, keyed }: BookingDraft, json: string): BookingToWrite {
  const { caller, key, bodyHash, credential } = keyed;
  return { row, answer: { caller, key, bodyHash, status: 201, answer: sealed(credential, json) } };
}

type Write = (batch: readonly BookingToWrite[], lease: Lease | null) => Promise<WriteVerdict[]>;

/** Writes batches trusting that nothing stands against them, until something does. */
function createWriter(sql: Sql): Write {
  let toJudge = 0;
  return async (batch, lease) => {
    if (toJudge > 0) {
      toJudge -= 1;
      return writeBookings(sql, batch, lease);
    }
    const outcome = await writeTrusted(sql, batch, lease);
    if (outcome === 'written') return batch.map(() => ({ verdict: 'written' }));
    if (outcome === 'refused') toJudge = JUDGED_AFTER_REFUSAL;
    return writeBookings(sql, batch, lease);
  };
}

async function writeOnce(
  write: Write,
  commits: readonly Commit[],
  ownWork: OwnWork,
): Promise<Flushed<CommitOutcome>[]> {
  const batch = commits.map((commit) => commit.toWrite);
  const lease = ownWork.lease();
  const verdicts = await write(batch, lease);
  const written = batch.filter((_, index) => verdicts[index]?.verdict === 'written');
  ownWork.add(
    lease,
    written.map(({ row }) => placedOf(row)),
  );
  return commits.map((commit, index) => toFlushed(commit, verdicts[index]));
}

/** A booking as it has just been written. */
const placedOf = ({ id, performanceId, holdId, legs: [fromLeg, toLeg], items }: NewBooking): PlacedBooking => ({
  id,
  performanceId,
  version: 1,
  status: 'pending_payment',
  holdId,
  fromLeg,
  toLeg,
  items: items.map(({ zoneId, seatId, quantity, blockId = null }) => ({ zoneId, seatId, quantity, blockId })),
});

function toFlushed(commit: Commit, verdict: WriteVerdict | undefined): Flushed<CommitOutcome> {
  const { draft, json, toWrite } = commit;
  const done = (result: CommitOutcome): Flushed<CommitOutcome> => ({ kind: 'done', result });
  switch (verdict?.verdict) {
    case 'written':
      return done({ outcome: 'booked', answer: { status: 201, json, replayed: false } });
    case 'known': {
      // Sealed with a nonce of its own, the same text can only be that of an earlier run, whose commit was never confirmed.
      if (verdict.answer === toWrite.answer.answer)
        return done({ outcome: 'booked', answer: { status: 201, json, replayed: false } });
      const answer = openStored(draft.keyed, verdict);
      return done(answer === null ? { outcome: 'key_reused' } : { outcome: 'booked', answer });
    }
    case 'hold_already_booked':
      return done({ outcome: 'hold_already_booked' });
    case 'limit_reached':
      return done({ outcome: 'limit_reached', limit: verdict.limit });
    case 'seats_unavailable':
      return done({ outcome: 'seats_unavailable', seats: verdict.seats });
    case 'zone_sold_out':
      return done({ outcome: 'zone_sold_out', zoneId: verdict.zoneId, available: verdict.available });
    case 'allocation_ended':
      // Nobody wins by refusing it: its places are held, and on public sale now.
      commit.toWrite = { ...commit.toWrite, row: onPublicSale(commit.toWrite.row) };
      return { kind: 'again' };
    case 'again':
      return { kind: 'again' };
    case undefined:
      return { kind: 'failed', error: new OperatingError('internal', {}, { message: 'no verdict' }), isUnknown: true };
  }
}

const onPublicSale = (row: NewBooking): NewBooking => ({
  ...row,
  items: row.items.map((item) => ({ ...item, blockId: null })),
});

/** Bookings of one zone wait for one row: they share a lane, and the other lane is free for other zones. */
function laneOf({ draft: { row } }: Commit): number {
  let hash = 0;
  for (const char of `${row.performanceId} ${row.items[0]?.zoneId ?? ''}`)
    hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return hash;
}
