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

export type WrittenFacts = {
  lanes: LaneFacts[];
  live: { id: string; untilMs: number; claimed: boolean; lane: string; strikes: number }[];
  spent: { id: string; expMs: number }[];
  admitted: { atMs: number; count: number }[];
};

/** What a restore of a room needs (WAITING-ROOM §5), read at one moment (repeatable read). */
export async function readRestoreFacts(sql: Sql, room: string): Promise<WrittenFacts> {
  return sql.begin('isolation level repeatable read read only', async (tx) => {
    const lanes = await tx<
      LaneFacts[]
    >`SELECT lane, base, leased_to AS "leasedTo", called_to::text AS "calledTo", near_to::text AS "nearTo",
      admitted_to::text AS "admittedTo", late_to AS "lateTo", show_up_rate AS show, line FROM room_lanes WHERE room = ${room}`;
    const live = await tx<WrittenFacts['live']>`
      SELECT a.ticket_id AS id, floor(extract(epoch FROM a.live_until) * 1000)::float8 AS "untilMs", a.claimed_at IS NOT NULL AS claimed,
        a.lane, (SELECT count(*) FROM admissions b WHERE b.room = a.room AND b.ticket_id = a.ticket_id AND b.end_reason = 'unclaimed')::int AS strikes
      FROM admissions a WHERE a.room = ${room} AND a.ended_at IS NULL AND a.live_until > now()`;
    const spent = await tx<{ id: string; expMs: number }[]>`
      SELECT ticket_id AS id, floor(extract(epoch FROM expires_at) * 1000)::float8 AS "expMs"
      FROM spent_tickets WHERE room = ${room} AND expires_at > now()`;
    const admitted = await tx<WrittenFacts['admitted']>`
      SELECT floor(extract(epoch FROM admitted_at) * 1000)::float8 AS "atMs", count(*)::int AS count
      FROM admissions WHERE room = ${room} AND admitted_at > (SELECT max(admitted_at) FROM admissions WHERE room = ${room}) - interval '60 s'
      GROUP BY 1 ORDER BY 1`;
    return { lanes: [...lanes], live: [...live], spent: [...spent], admitted: [...admitted] };
  });
}
