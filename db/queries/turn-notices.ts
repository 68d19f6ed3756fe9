import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Statement, Transaction } from '../connect.ts';

/** A place in a room, as its token tells it. */
export type ToldPlace = {
  room: string;
  ticketId: string;
  lane: string;
  score: number | null;
  round: { minute: number; base: number } | null;
};

/** Somebody who waits, and how they want to be told. `name` is what makes the address one: the mail address, or a browser's endpoint. */
export type NewTurnNotice = ToldPlace & {
  id: string;
  channel: 'mail' | 'push';
  address: string;
  name: string;
  emailNormalised: string | null;
  language: string;
};

/** How long a wish is kept, hours: as long as a queue ticket lives. */
const KEPT_HOURS = 24;

/**
 * Keeps a wish: one for each way of a place, and for each address of a room, the newest. False, having written nothing, where nothing is
 * sent that way. Two statements; two at once of one address leave one of them.
 */
export async function putTurnNotice(tx: Transaction, notice: NewTurnNotice): Promise<boolean> {
  const { room, ticketId, channel } = notice;
  await tx`DELETE FROM turn_notices WHERE room = ${room} AND ticket_id = ${ticketId} AND channel = ${channel}`;
  const rows =
    await tx`INSERT INTO turn_notices (id, room, ticket_id, lane, score, round, channel, address, address_hash,
      email_normalised, language, expires_at)
    SELECT ${notice.id}, r.id, ${ticketId}, ${notice.lane}, ${notice.score}, ${notice.round === null ? null : tx.json(notice.round)},
      ${channel}, ${notice.address}, notification_address_hash(${notice.name}), ${notice.emailNormalised}, ${notice.language},
      now() + make_interval(hours => ${KEPT_HOURS})
    FROM rooms r WHERE r.id = ${room} AND EXISTS (SELECT 1 FROM notification_channels c WHERE c.channel = ${channel})
    ON CONFLICT ON CONSTRAINT turn_notices_once DO UPDATE SET ticket_id = EXCLUDED.ticket_id, lane = EXCLUDED.lane,
      score = EXCLUDED.score, round = EXCLUDED.round, address = EXCLUDED.address, language = EXCLUDED.language,
      near_told_at = NULL, created_at = now(), expires_at = EXCLUDED.expires_at
    RETURNING 1`;
  return rows.length > 0;
}

/** Forgets what a place asked for. One statement, by index. */
export async function deleteTurnNotices(
  sql: Sql,
  { room, ticketId }: Pick<ToldPlace, 'room' | 'ticketId'>,
): Promise<void> {
  await sql`DELETE FROM turn_notices WHERE room = ${room} AND ticket_id = ${ticketId}`;
}

/** Rooms behind `afterId` ('' from the first) in which somebody wants to be told. A look by index for each room. */
export async function readToldRooms(sql: Sql, afterId: string, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`SELECT r.id FROM rooms r
    WHERE r.id > ${afterId} AND EXISTS (SELECT 1 FROM turn_notices t WHERE t.room = r.id) ORDER BY r.id LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

/** Wishes of a room whose place has no score yet. A plain read. */
export async function readUndrawn(
  sql: Sql,
  room: string,
  limit: number,
): Promise<(Pick<ToldPlace, 'ticketId' | 'lane' | 'round'> & { id: string })[]> {
  return sql`SELECT id, ticket_id AS "ticketId", lane, round FROM turn_notices
    WHERE room = ${room} AND score IS NULL ORDER BY created_at LIMIT ${limit}`;
}

/** Writes the scores that a draw gave. One statement. */
export async function writeDrawn(sql: Sql, drawn: readonly { id: string; score: string }[]): Promise<void> {
  await sql`UPDATE turn_notices t SET score = d.score
    FROM unnest(${list(drawn.map(({ id }) => id))}::uuid[], ${list(drawn.map(({ score }) => score))}::float8[]) AS d (id, score)
    WHERE t.id = d.id`;
}

/** A lane up to a score, and what its visitors are told. */
export type TurnRange = { room: string; roomName: string; url: string; lane: string; upTo: number; limit: number };

/**
 * Tells those who are called, and forgets them; whose place was given up or used is only forgotten. One statement by `turn_notices_line`,
 * past locked rows, so that several processes share the work; returns how many rows it took.
 */
export async function tellCalled(sql: Sql, range: TurnRange): Promise<number> {
  const { room, lane, upTo, limit } = range;
  const due = sql`DELETE FROM turn_notices WHERE id IN (SELECT id FROM turn_notices
    WHERE room = ${room} AND lane = ${lane} AND score <= ${upTo} ORDER BY score LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return tellDue(sql, 'called', due, range);
}

/** Tells those whose turn is near, each once. One statement as above; returns how many rows it took. */
export async function tellNear(sql: Sql, range: TurnRange): Promise<number> {
  const { room, lane, upTo, limit } = range;
  const due = sql`UPDATE turn_notices SET near_told_at = now() WHERE id IN (SELECT id FROM turn_notices
    WHERE room = ${room} AND lane = ${lane} AND score <= ${upTo} AND near_told_at IS NULL
    ORDER BY score LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return tellDue(sql, 'turn_near', due, range);
}

/** Forgets all wishes of a room that is closed; returns how many. */
export async function forgetRoomNotices(sql: Sql, room: string, limit: number): Promise<number> {
  const { count } = await sql`DELETE FROM turn_notices
    WHERE id IN (SELECT id FROM turn_notices WHERE room = ${room} LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return count;
}

/** How long each message is of use, minutes: one that a relay held up for longer is not sent. */
const USEFUL_MINUTES = { called: 10, turn_near: 20 } as const;

/** Writes the messages of what `due` takes: not of a place that was given up or had its session, and only by ways that are on. */
async function tellDue(
  sql: Sql,
  kind: keyof typeof USEFUL_MINUTES,
  due: Statement<object>,
  { roomName, url }: TurnRange,
): Promise<number> {
  const until = sql`now() + make_interval(mins => ${USEFUL_MINUTES[kind]})`;
  const [row] = await sql<{ taken: number }[]>`WITH due AS (${due} RETURNING *),
    told AS (INSERT INTO notifications (event, kind, channel, address, address_hash, language, payload)
      SELECT ${kind}::text || ':' || due.room || ':' || due.ticket_id, ${kind}::text, due.channel, due.address, due.address_hash, due.language,
        jsonb_build_object('roomName', ${roomName}::text, 'url', ${url}::text,
          'until', to_char((${until}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      FROM due WHERE due.expires_at > now()
        AND NOT EXISTS (SELECT 1 FROM spent_tickets s WHERE s.room = due.room AND s.ticket_id = due.ticket_id AND s.expires_at > now())
        AND EXISTS (SELECT 1 FROM notification_channels c WHERE c.channel = due.channel)
      ON CONFLICT ON CONSTRAINT notifications_once DO NOTHING)
    SELECT count(*)::int AS taken FROM due`;
  return row?.taken ?? 0;
}
