import * as v from 'valibot';
import { arrayLiteral as list } from '../array-literal.ts';
import { lockCounted } from './buyer-limit.ts';
import type { Connection, Sql, Statement } from '../connect.ts';
import { violatedConstraint } from '../failure.ts';
import { inOneTrip } from '../one-trip.ts';
import type { Lease } from './own-work.ts';
import { toBatchColumns, type BatchColumns, type BookingToWrite } from './booking-batch.ts';
import { batchTables, judgement, trust, writes } from './write-bookings-sql.ts';
import { lockZoneLegs } from './zone-legs.ts';

const verdictSchema = v.variant('verdict', [
  v.object({ verdict: v.literal('written') }),
  /** The key has an answer, perhaps this very one. */
  v.object({ verdict: v.literal('known'), bodyHash: v.string(), status: v.number(), answer: v.string() }),
  v.object({ verdict: v.literal('hold_already_booked') }),
  v.object({ verdict: v.literal('limit_reached'), limit: v.number() }),
  v.object({ verdict: v.literal('seats_unavailable'), seats: v.array(v.string()) }),
  v.object({ verdict: v.literal('zone_sold_out'), zoneId: v.string(), available: v.number() }),
  /** The allocation that it names has ended: what it had is on public sale, and may be asked for as that. */
  v.object({ verdict: v.literal('allocation_ended') }),
  /**
   * Ask again: only an earlier request of the same batch stands in the way, and that one may have failed itself; or the key's answer
   * was too old to count, and is gone now.
   */
  v.object({ verdict: v.literal('again') }),
]);
/** How many were written, and what became of the others, by their place in the batch. */
const verdictsSchema = v.strictTuple([
  v.object({ written: v.number(), others: v.array(v.intersect([v.object({ ord: v.number() }), verdictSchema])) }),
]);

const losersSchema = v.strictTuple([v.object({ losers: v.number() })]);

/** What became of one booking of a batch. Rows are there for `written` only. */
export type WriteVerdict = v.InferOutput<typeof verdictSchema>;

/**
 * Judges a batch of bookings in order, each whole, and writes those that nothing stands against. READ COMMITTED, in one transaction:
 * first the locks (of buyers who are counted, then of the zones' rows), so that the snapshot of the statement that follows shows
 * what every rival for them committed. Claims go in sorted and without ON CONFLICT: what the judgement could not see all the same
 * refuses the whole batch, and nothing of it is written. Refusing constraints: `seat_claims_sold_once`, `zone_legs_never_oversold`,
 * `bookings_one_per_hold`, `bookings_one_unpaid_per_owner`, `idempotency_keys_once`. Returns a verdict for each, in order.
 *
 * A request is refused for what the tables say, never for what an earlier one of the batch wants: that one may itself be refused.
 * Such a request is told `again`; the first in line always gets its verdict. The inventory's work is this process's own
 * where it has a `lease`.
 */
export async function writeBookings(
  sql: Sql,
  batch: readonly BookingToWrite[],
  lease: Lease | null = null,
): Promise<WriteVerdict[]> {
  const columns = toBatchColumns(batch);
  const rows = await inOneTrip(sql, (tx) => ({
    locks: locksOf(tx, columns),
    work: tx`WITH ${batchTables(tx, columns)}, ${judgement(tx, columns)}, ${writes(tx, columns, lease)},
    told AS (
      SELECT ord, coalesce(reason, CASE WHEN ord IN (SELECT ord FROM beaten) THEN 'again' ELSE 'written' END) AS verdict,
        body_hash AS "bodyHash", status, answer, most AS "limit", seats, zone_id AS "zoneId", available
      FROM refusal)
    SELECT count(*) FILTER (WHERE verdict = 'written')::int AS written,
      coalesce(json_agg(told) FILTER (WHERE verdict <> 'written'), '[]') AS others FROM told`,
  }));
  const [{ written, others }] = v.parse(verdictsSchema, rows);
  // Nobody is told of a booking that the judgement does not tell of.
  if (written + others.length !== batch.length) throw new Error('a batch was not judged whole');
  const verdicts = new Map<number, WriteVerdict>(others.map(({ ord, ...verdict }) => [ord, verdict]));
  return batch.map((_, ord) => verdicts.get(ord) ?? { verdict: 'written' });
}

/**
 * Writes a batch whole without a judgement, under the same locks and before the same constraints: what Redis let through is hardly ever
 * refused, and to look for it beforehand takes a tenth of Postgres's time. What is not `written` is not written at all, and for
 * `writeBookings`: `refused` by a constraint or a buyer's limit; `untried`, since its requests want the same or buy of an allocation.
 */
export async function writeTrusted(
  sql: Sql,
  batch: readonly BookingToWrite[],
  lease: Lease | null = null,
): Promise<'written' | 'refused' | 'untried'> {
  const columns = toBatchColumns(batch);
  if (columns.hasBlocks || columns.contested.ord.length > 0) return 'untried';
  try {
    const rows = await inOneTrip(sql, (tx) => ({
      locks: locksOf(tx, columns),
      work: tx`WITH ${batchTables(tx, columns)}, ${trust(tx)}, ${writes(tx, columns, lease)}
        SELECT count(*)::int AS losers FROM loser`,
    }));
    const [{ losers }] = v.parse(losersSchema, rows);
    return losers === 0 ? 'written' : 'refused';
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    return 'refused';
  }
}

/** Buyers who are counted, then the zones. */
const locksOf = (tx: Connection, columns: BatchColumns): Statement<object>[] => [
  lockBuyers(tx, columns),
  lockZoneLegs(tx, columns.zone),
];

/** Locks the buyers of a batch. */
const lockBuyers = (tx: Connection, { request: r }: BatchColumns): Statement<object> =>
  lockCounted(
    tx,
    tx`SELECT * FROM unnest(${list(r.performanceId)}::text[], ${list(r.emailNormalised)}::text[], ${list(r.identity)}::text[])`,
  );
