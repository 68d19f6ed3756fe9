import { arrayLiteral as list } from '../array-literal.ts';
import type { Connection, Sql, Transaction } from '../connect.ts';
import { onSale } from './sale-times.ts';

/** Who waits, and for what: places of a zone, or of any zone of a class. `number` is the order of the line. */
export type WaitlistEntry = {
  id: string;
  number: number;
  performanceId: string;
  zoneId: string | null;
  class: string | null;
  partySize: number;
  accessible: boolean;
  fromLeg: number;
  toLeg: number;
  state: 'waiting' | 'offered' | 'booked' | 'lapsed' | 'left';
};

export type NewEntry = Omit<WaitlistEntry, 'number' | 'state'> & {
  name: string | null;
  email: string;
  emailNormalised: string;
  tokenHash: Uint8Array;
  tokenSealed: string;
  language: string;
};

/** Whether somebody waits for places of performance `p`: an index without rows where nobody does. */
export const isWaitedFor = (sql: Connection, performanceId: ReturnType<Connection>) =>
  sql`EXISTS (SELECT 1 FROM waitlist_entries w WHERE w.performance_id = ${performanceId} AND w.state = 'waiting')`;

const columns = (
  sql: Connection,
) => sql`e.id, e.number, e.performance_id AS "performanceId", e.zone_id AS "zoneId", e.class,
  e.party_size AS "partySize", e.accessible, e.from_leg AS "fromLeg", e.to_leg AS "toLeg", e.state`;

/**
 * Adds an entry at the end of the line; its number, or null, having written nothing, when the e-mail has `most` entries of the
 * performance already. An advisory lock lets the requests of one e-mail pass one after the other. Needs the locks of the zones that
 * it waits for: what is freed after its commit is offered to it.
 */
export async function insertEntry(tx: Transaction, entry: NewEntry, most: number): Promise<number | null> {
  const { performanceId, emailNormalised } = entry;
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`waitlist ${performanceId} ${emailNormalised}`}, 2))`;
  const [has] = await tx<{ count: number }[]>`SELECT count(*)::int AS count FROM waitlist_entries
    WHERE performance_id = ${performanceId} AND email_normalised = ${emailNormalised} AND ended_at IS NULL`;
  if ((has?.count ?? 0) >= most) return null;
  const [row] = await tx<
    { number: number }[]
  >`INSERT INTO waitlist_entries (id, performance_id, zone_id, class, party_size, accessible,
      from_leg, to_leg, name, email, email_normalised, token_hash, token_sealed, language)
    VALUES (${entry.id}, ${performanceId}, ${entry.zoneId}, ${entry.class}, ${entry.partySize}, ${entry.accessible}, ${entry.fromLeg},
      ${entry.toLeg}, ${entry.name}, ${entry.email}, ${emailNormalised}, ${entry.tokenHash}, ${entry.tokenSealed},
      ${entry.language}) RETURNING number`;
  // Updates, so that it waits for a sweep that is about to forget the performance.
  await tx`INSERT INTO waited_performances (performance_id) VALUES (${performanceId})
    ON CONFLICT (performance_id) DO UPDATE SET joined_at = now(), due_at = now()`;
  return row?.number ?? null;
}

/** An entry with what says whose it is. */
type WholeEntry = WaitlistEntry & { emailNormalised: string; tokenHash: Uint8Array; tokenSealed: string; now: Date };

/** An entry with the hash of its token; null when there is none. A plain read. */
export async function readEntry(sql: Sql | Transaction, id: string): Promise<WholeEntry | null> {
  const [row] = await sql<
    WholeEntry[]
  >`SELECT ${columns(sql)}, e.email_normalised AS "emailNormalised", e.token_hash AS "tokenHash", e.token_sealed AS "tokenSealed",
      clock_timestamp() AS now FROM waitlist_entries e WHERE e.id = ${id}`;
  return row ?? null;
}

/** An entry in the list of somebody's own. */
export type OwnEntryRow = WaitlistEntry & {
  eventName: string;
  startsAt: Date;
  timeZone: string;
  createdAt: Date;
  now: Date;
};

/** Entries of an address below the cursor (an id; ids are ordered by time), the newest first. A plain read by `waitlist_of_email`. */
export async function listOwnEntries(
  sql: Sql,
  { email, cursor, limit }: { email: string; cursor: string | null; limit: number },
): Promise<OwnEntryRow[]> {
  return sql<
    OwnEntryRow[]
  >`SELECT ${columns(sql)}, v.name AS "eventName", p.starts_at AS "startsAt", p.time_zone AS "timeZone",
      e.created_at AS "createdAt", clock_timestamp() AS now
    FROM waitlist_entries e JOIN performances p ON p.id = e.performance_id JOIN events v ON v.id = p.event_id
    WHERE e.email_normalised = ${email} AND (${cursor}::uuid IS NULL OR e.id < ${cursor}::uuid) ORDER BY e.id DESC LIMIT ${limit}`;
}

/** Locks an entry (`FOR UPDATE`), after zones and before offers; null when there is none. */
export async function lockEntry(tx: Transaction, id: string): Promise<WaitlistEntry | null> {
  const [row] = await tx<WaitlistEntry[]>`SELECT ${columns(tx)} FROM waitlist_entries e WHERE e.id = ${id} FOR UPDATE`;
  return row ?? null;
}

/** Ends an entry. Needs `lockEntry`. */
export async function endEntry(tx: Transaction, id: string, state: 'lapsed' | 'left'): Promise<void> {
  await tx`UPDATE waitlist_entries SET state = ${state}, ended_at = now() WHERE id = ${id}`;
}

/** How many wait ahead of an entry for places that it waits for, too. A plain read. */
export async function countAhead(sql: Sql | Transaction, entry: WaitlistEntry): Promise<number> {
  const [row] = await sql<{ count: number }[]>`SELECT count(*)::int AS count FROM waitlist_entries e
    WHERE e.performance_id = ${entry.performanceId} AND e.state = 'waiting' AND e.number < ${entry.number}
      AND EXISTS (SELECT 1 FROM zones z WHERE z.performance_id = e.performance_id AND (z.id = e.zone_id OR z.class = e.class)
        AND (z.id = ${entry.zoneId} OR z.class = ${entry.class}))`;
  return row?.count ?? 0;
}

/** What may fit those who wait: zones and classes, legs, and how many places at most. */
export type FitQuery = {
  performanceId: string;
  zoneIds: readonly string[];
  legs: readonly [number, number];
  mostPlaces: number;
  afterNumber: number;
  limit: number;
};

/**
 * Locks the next of those who wait and may fit, in the order of the line (`FOR UPDATE`): after zones, before offers. Two that free
 * places of one class wait for each other here; who was offered something meanwhile is not returned.
 */
export async function lockWaiting(tx: Transaction, fit: FitQuery): Promise<WaitlistEntry[]> {
  const { performanceId, zoneIds, legs } = fit;
  return tx<WaitlistEntry[]>`SELECT ${columns(tx)} FROM waitlist_entries e
    WHERE e.performance_id = ${performanceId} AND e.state = 'waiting' AND e.number > ${fit.afterNumber}
      AND e.party_size <= ${fit.mostPlaces} AND e.from_leg >= ${legs[0]} AND e.to_leg <= ${legs[1]}
      AND (e.zone_id = ANY (${list(zoneIds)}::text[]) OR e.class IN (SELECT z.class FROM zones z
        WHERE z.performance_id = ${performanceId} AND z.id = ANY (${list(zoneIds)}::text[])))
    ORDER BY e.number LIMIT ${fit.limit} FOR UPDATE`;
}

/**
 * Different wishes of those who wait, each as its first in line has it: some of them, by lot where there are more than `limit`, so that
 * in a few looks all are looked at. A plain read.
 */
export async function readWishes(sql: Sql, performanceId: string, limit: number): Promise<WaitlistEntry[]> {
  return sql<WaitlistEntry[]>`WITH wishes AS (
      SELECT DISTINCT ON (e.zone_id, e.class, e.party_size, e.accessible, e.from_leg, e.to_leg) ${columns(sql)}
      FROM waitlist_entries e WHERE e.performance_id = ${performanceId} AND e.state = 'waiting'
      ORDER BY e.zone_id, e.class, e.party_size, e.accessible, e.from_leg, e.to_leg, e.number),
    drawn AS (SELECT * FROM wishes ORDER BY random() LIMIT ${limit})
    SELECT * FROM drawn ORDER BY number`;
}

/** Whether somebody behind this entry waits for the same. A plain read. */
export async function isStillWished(sql: Sql, entry: WaitlistEntry): Promise<boolean> {
  const rows = await sql`SELECT 1 FROM waitlist_entries e
    WHERE e.performance_id = ${entry.performanceId} AND e.state = 'waiting' AND e.number > ${entry.number}
      AND e.zone_id IS NOT DISTINCT FROM ${entry.zoneId} AND e.class IS NOT DISTINCT FROM ${entry.class}
      AND e.party_size = ${entry.partySize} AND e.accessible = ${entry.accessible}
      AND e.from_leg = ${entry.fromLeg} AND e.to_leg = ${entry.toLeg} LIMIT 1`;
  return rows.length > 0;
}

/** A zone that somebody waits for, how many do, and the number of the last of them. */
export type WaitedZoneRow = { zoneId: string; number: number; entries: number };

/** The zones of a performance that somebody waits for. A plain read. */
export async function readWaitedZones(sql: Sql, performanceId: string): Promise<WaitedZoneRow[]> {
  return sql<WaitedZoneRow[]>`SELECT z.id AS "zoneId", max(e.number) AS number, count(*)::int AS entries
    FROM waitlist_entries e JOIN zones z ON z.performance_id = e.performance_id AND (z.id = e.zone_id OR z.class = e.class)
    WHERE e.performance_id = ${performanceId} AND e.state = 'waiting' GROUP BY z.id`;
}

/** Takes performances that somebody waits for, or did lately, for `leaseSeconds`; one statement, `SKIP LOCKED`. */
export async function takeWaitedPerformances(sql: Sql, limit: number, leaseSeconds: number): Promise<string[]> {
  const rows = await sql<
    { id: string }[]
  >`UPDATE waited_performances SET due_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE performance_id IN (SELECT w.performance_id FROM waited_performances w JOIN performances p ON p.id = w.performance_id
      WHERE w.due_at <= now() AND ${onSale(sql)} ORDER BY w.due_at LIMIT ${limit} FOR UPDATE OF w SKIP LOCKED)
    RETURNING performance_id AS id`;
  return rows.map(({ id }) => id);
}

/** Forgets a performance that nobody waits for and nobody has joined for some minutes: its inventory has nothing noted any more. */
export async function forgetWaited(sql: Sql, performanceId: string): Promise<void> {
  await sql`DELETE FROM waited_performances w WHERE w.performance_id = ${performanceId} AND w.joined_at < now() - interval '5 minutes'
    AND NOT ${isWaitedFor(sql, sql`w.performance_id`)}`;
}

/** Notes that it is decided whom the places of an ended hold go to; false when it was before, or a booking has them. */
export async function noteDecision(tx: Transaction, holdId: string): Promise<boolean> {
  const rows = await tx`INSERT INTO waitlist_decisions (hold_id)
    SELECT ${holdId} WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE hold_id = ${holdId})
    ON CONFLICT DO NOTHING RETURNING hold_id`;
  return rows.length > 0;
}
