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
};

export type WrittenFacts = {
  lanes: LaneFacts[];
  live: { id: string; untilMs: number; claimed: boolean }[];
  spent: { id: string; expMs: number }[];
};

/** What a restore of a room needs (WAITING-ROOM §5), read at one moment (repeatable read). */
export async function readRestoreFacts(sql: Sql, room: string): Promise<WrittenFacts> {
  return sql.begin('isolation level repeatable read read only', async (tx) => {
    const lanes = await tx<
      LaneFacts[]
    >`SELECT lane, base, leased_to AS "leasedTo", called_to::text AS "calledTo", near_to::text AS "nearTo",
      admitted_to::text AS "admittedTo", late_to AS "lateTo", show_up_rate AS show FROM room_lanes WHERE room = ${room}`;
    const live = await tx<{ id: string; untilMs: number; claimed: boolean }[]>`
      SELECT ticket_id AS id, floor(extract(epoch FROM live_until) * 1000)::float8 AS "untilMs", claimed_at IS NOT NULL AS claimed
      FROM admissions WHERE room = ${room} AND ended_at IS NULL AND live_until > now()`;
    const spent = await tx<{ id: string; expMs: number }[]>`
      SELECT ticket_id AS id, floor(extract(epoch FROM expires_at) * 1000)::float8 AS "expMs"
      FROM spent_tickets WHERE room = ${room} AND expires_at > now()`;
    return { lanes: [...lanes], live: [...live], spent: [...spent] };
  });
}
