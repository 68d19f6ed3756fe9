import type { Sql } from '../connect.ts';

/** A lane's last written numbers; scores as texts with all digits. */
export type LaneFacts = {
  lane: string;
  base: number;
  leasedTo: number;
  calledTo: string;
  nearTo: string;
  admittedTo: string;
  lateTo: number;
  show: number;
  /** What the last written tick knew of who waits; null before the first. */
  line: unknown;
};

/** A key or a session that has not ended; `strikes`: keys of the same ticket that were not claimed. */
export type LiveFact = {
  id: string;
  untilMs: number;
  /** The same time with all digits: where the next page begins. */
  untilText: string;
  claimed: boolean;
  lane: string;
  strikes: number;
};

/**
 * What a restore of a room needs (WAITING-ROOM §5). Each is a read of its own: once the caller has taken the epoch no tick of an older
 * one is written any more, so what they read stands still; long lists come in pages by key. A revocation counts whether or not a
 * worker has told Redis of it.
 */
export async function readLaneFacts(sql: Sql, room: string): Promise<LaneFacts[]> {
  return sql<
    LaneFacts[]
  >`SELECT lane, base, leased_to AS "leasedTo", called_to::text AS "calledTo", near_to::text AS "nearTo",
    admitted_to::text AS "admittedTo", late_to AS "lateTo", show_up_rate AS show, line FROM room_lanes WHERE room = ${room}`;
}

/** Admissions of the last minute that somebody was admitted in, by the moment of their tick. Read by `admissions_by_time`, whose collation it names. */
export async function readLastMinute(sql: Sql, room: string): Promise<{ atMs: number; count: number }[]> {
  return sql<{ atMs: number; count: number }[]>`
    SELECT floor(extract(epoch FROM admitted_at) * 1000)::float8 AS "atMs", count(*)::int AS count FROM admissions
    WHERE room COLLATE "C" = ${room}
      AND admitted_at > (SELECT max(admitted_at) FROM admissions WHERE room COLLATE "C" = ${room}) - interval '60 s'
    GROUP BY 1 ORDER BY 1`;
}

/** The next keys and sessions after `last`, by their end. A plain read by index. */
export async function readLivePage(sql: Sql, room: string, last: LiveFact | null, limit: number): Promise<LiveFact[]> {
  return sql<LiveFact[]>`
    SELECT a.ticket_id AS id, floor(extract(epoch FROM a.live_until) * 1000)::float8 AS "untilMs", a.live_until::text AS "untilText",
      a.claimed_at IS NOT NULL AS claimed, a.lane, (SELECT count(*) FROM admissions b
        WHERE b.room = a.room AND b.ticket_id = a.ticket_id AND b.end_reason = 'unclaimed')::int AS strikes
    FROM admissions a WHERE a.room = ${room} AND a.ended_at IS NULL AND a.live_until > now()
      AND (a.live_until, a.ticket_id) > (${last?.untilText ?? '-infinity'}::text::timestamptz, ${last?.id ?? ''})
      AND NOT EXISTS (SELECT 1 FROM revoked_tickets r WHERE r.room = a.room AND r.ticket_id = a.ticket_id)
    ORDER BY a.live_until, a.ticket_id LIMIT ${limit}`;
}

/**
 * The next spent and revoked tickets after `last`, by id; one that is both may come twice. A plain read by the tables' keys: each part has
 * its own limit, or the planner would sort all that is left of a million for every page.
 */
export async function readSpentPage(
  sql: Sql,
  room: string,
  last: { id: string } | null,
  limit: number,
): Promise<{ id: string; expMs: number }[]> {
  const after = last?.id ?? '';
  return sql<{ id: string; expMs: number }[]>`
    SELECT ticket_id AS id, floor(extract(epoch FROM expires_at) * 1000)::float8 AS "expMs" FROM (
      (SELECT ticket_id, expires_at FROM spent_tickets WHERE room = ${room} AND ticket_id > ${after} AND expires_at > now()
        ORDER BY ticket_id LIMIT ${limit})
      UNION ALL
      (SELECT ticket_id, expires_at FROM revoked_tickets WHERE room = ${room} AND ticket_id > ${after} AND expires_at > now()
        ORDER BY ticket_id LIMIT ${limit})
    ) AS gone ORDER BY ticket_id LIMIT ${limit}`;
}
