import type { AutopilotState } from '../../contracts/autopilot.ts';
import type { Sql, Transaction } from '../connect.ts';
import { inTransaction } from '../in-transaction.ts';

/** One thing that happened to a ticket. `untilMs`: end of the session for `claimed`; `expMs`: end of the ticket where it is spent. */
export type TicketFact = {
  what: 'claimed' | 'left' | 'expired' | 'unclaimed' | 'spent' | 'revoked';
  id: string;
  atMs: number;
  untilMs: number;
  expMs: number;
};

export type TickRecord = {
  room: string;
  epoch: number;
  tick: number;
  /** The tick that Redis had before this one. */
  previous: number;
  /** Noted when no server is noted yet; null while that is not judged. */
  redisRunId: string | null;
  atMs: number;
  opened: boolean;
  liveUntilMs: number;
  admitted: { id: string; lane: string; score: string }[];
  facts: TicketFact[];
  /** Where the autopilot stands from now on; null without one. */
  autopilot: AutopilotState | null;
  lanes: {
    name: string;
    calledTo: string;
    nearTo: string;
    admittedTo: string;
    lateTo: number;
    waiting: number;
    show: number;
    line: string;
  }[];
};

/**
 * Writes a tick: one transaction, guarded by epoch and tick (compare-and-set on `rooms`, whose row lock also orders rival
 * workers). `already`: this very tick was written before, its windows are brought up to date; `stale`: the epoch or the tick has moved on; `lost`: Redis made this
 * tick from an older state than Postgres knows of. The last two write nothing.
 */
export async function writeTick(sql: Sql, record: TickRecord): Promise<'written' | 'already' | 'stale' | 'lost'> {
  return inTransaction(sql, async (tx) => {
    const moved =
      await tx`UPDATE rooms SET tick = ${record.tick}, tick_at_ms = ${record.atMs}, opened = ${record.opened},
        redis_run_id = COALESCE(redis_run_id, ${record.redisRunId}),
        autopilot = ${record.autopilot === null ? null : JSON.stringify(record.autopilot)}::text::jsonb
      WHERE id = ${record.room} AND epoch = ${record.epoch} AND tick <= ${record.previous} RETURNING id`;
    if (moved.length === 0) return judgeRefusal(tx, record);
    await writeFacts(tx, record);
    await writeAdmissions(tx, record);
    for (const lane of record.lanes) {
      await tx`UPDATE room_lanes SET called_to = ${lane.calledTo}::float8, near_to = ${lane.nearTo}::float8, admitted_to = ${lane.admittedTo}::float8,
        late_to = ${lane.lateTo}, waiting = ${lane.waiting}, show_up_rate = ${lane.show}, line = ${lane.line}::text::jsonb WHERE room = ${record.room} AND lane = ${lane.name}`;
    }
    return 'written';
  });
}

/** Why a tick was refused. Two ticks of one number but of different moments were made from two states of Redis. */
async function judgeRefusal(tx: Transaction, record: TickRecord): Promise<'already' | 'stale' | 'lost'> {
  const { room, epoch, tick, atMs } = record;
  const [written] = await tx<{ tick: number; atMs: number | null }[]>`
    SELECT tick, tick_at_ms AS "atMs" FROM rooms WHERE id = ${room} AND epoch = ${epoch}`;
  if (written === undefined || written.tick > tick) return 'stale';
  if (written.tick !== tick || (written.atMs ?? atMs) !== atMs) return 'lost';
  await renewWindows(tx, record);
  return 'already';
}

async function writeAdmissions(
  tx: Transaction,
  { room, tick, atMs, liveUntilMs, admitted }: TickRecord,
): Promise<void> {
  if (admitted.length === 0) return;
  await tx`INSERT INTO admissions (room, ticket_id, tick, lane, score, admitted_at, live_until)
    SELECT ${room}, a.id, ${tick}, a.lane, a.score::float8, to_timestamp(${atMs}::float8 / 1000), to_timestamp(${liveUntilMs}::float8 / 1000)
    FROM unnest(${admitted.map((a) => a.id)}::text[], ${admitted.map((a) => a.lane)}::text[], ${admitted.map((a) => a.score)}::text[]) AS a (id, lane, score)`;
}

/** A tick that was written long before its commit: the windows of its keys have begun anew since. Never shortens one. */
async function renewWindows(tx: Transaction, { room, tick, liveUntilMs, admitted }: TickRecord): Promise<void> {
  if (admitted.length === 0) return;
  await tx`UPDATE admissions SET live_until = to_timestamp(${liveUntilMs}::float8 / 1000)
    WHERE room = ${room} AND ticket_id = ANY(${admitted.map((a) => a.id)}::text[]) AND tick = ${tick}
      AND claimed_at IS NULL AND ended_at IS NULL AND live_until < to_timestamp(${liveUntilMs}::float8 / 1000)`;
}

/** Facts are older than this tick's admissions; a claim comes before the end of the same session. */
async function writeFacts(tx: Transaction, { room, facts }: TickRecord): Promise<void> {
  if (facts.length === 0) return;
  await tx`SELECT set_config(name, 'off', true) FROM unnest(${['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan']}::text[]) AS s (name)`;
  const claimed = facts.filter((fact) => fact.what === 'claimed');
  if (claimed.length > 0) {
    await tx`UPDATE admissions a SET claimed_at = to_timestamp(f.at / 1000), live_until = to_timestamp(f.until / 1000)
      FROM unnest(${claimed.map((f) => f.id)}::text[], ${claimed.map((f) => f.atMs)}::float8[], ${claimed.map((f) => f.untilMs)}::float8[]) AS f (id, at, until)
        ${openAdmission(tx, room)} WHERE a.room = o.room AND a.ticket_id = o.ticket_id AND a.tick = o.tick
          AND a.ended_at IS NOT DISTINCT FROM o.ended_at`;
  }
  const ended = facts.filter((fact) => fact.what !== 'claimed');
  if (ended.length > 0) {
    await tx`UPDATE admissions a SET ended_at = to_timestamp(f.at / 1000), end_reason = f.reason
      FROM unnest(${ended.map((f) => f.id)}::text[], ${ended.map((f) => f.atMs)}::float8[], ${ended.map((f) => (f.what === 'spent' ? 'unclaimed' : f.what))}::text[])
        AS f (id, at, reason)
        ${openAdmission(tx, room)} WHERE a.room = o.room AND a.ticket_id = o.ticket_id AND a.tick = o.tick
          AND a.ended_at IS NOT DISTINCT FROM o.ended_at`;
  }
  const spent = facts.filter((fact) => fact.expMs > 0);
  if (spent.length > 0) {
    await tx`INSERT INTO spent_tickets (room, ticket_id, expires_at)
      SELECT ${room}, f.id, to_timestamp(f.exp / 1000) FROM unnest(${spent.map((f) => f.id)}::text[], ${spent.map((f) => f.expMs)}::float8[]) AS f (id, exp)
      ON CONFLICT (room, ticket_id) DO NOTHING`;
  }
}

/**
 * Beside each fact `f` the open admission `o` of its ticket, looked up by the primary key, whatever the planner thinks of the table: left
 * to itself it joins with all open admissions, so that a tick costs what the room holds, and before the first ANALYZE it takes seconds.
 * Hence the fence (`OFFSET 0`), an `ended_at IS NULL` that no partial index answers, and the other ways closed by the caller. The caller
 * compares `ended_at` again: a revocation may end the row in between, and its reason stays.
 */
const openAdmission = (
  tx: Transaction,
  room: string,
) => tx`, LATERAL (SELECT room, ticket_id, tick, ended_at FROM admissions
  WHERE room = ${room} AND ticket_id = f.id AND COALESCE(ended_at, 'infinity') = 'infinity' AND admitted_at <= to_timestamp(f.at / 1000)
  OFFSET 0) AS o`;
