import type { RoomSettings } from '../../contracts/room-settings.ts';
import type { Sql, Transaction } from '../connect.ts';
import { roomColumns } from './room-columns.ts';
import { listRooms, type RoomRow } from './rooms.ts';

export type { RoomRow } from './rooms.ts';

/** A room's performances, in order of their start. A plain read. */
export async function readPerformanceIds(sql: Sql | Transaction, rooms: string[]): Promise<Map<string, string[]>> {
  const rows = await sql<{ room: string; ids: string[] }[]>`SELECT room, array_agg(id ORDER BY starts_at, id) AS ids
    FROM performances WHERE room = ANY (${rooms}) GROUP BY room`;
  return new Map(rows.map((row) => [row.room, row.ids]));
}

/** Locks a room's row for a change of its settings (READ COMMITTED, `FOR UPDATE`), then reads it; null when there is none. */
export async function lockRoom(tx: Transaction, room: string): Promise<RoomRow | null> {
  await tx`SELECT 1 FROM rooms WHERE id = ${room} FOR UPDATE`;
  return (await listRooms(tx)).find((row) => row.id === room) ?? null;
}

/** Ids of rooms in order, after a cursor. A plain read. */
export async function pageOfRoomIds(sql: Sql, after: string | null, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`SELECT id FROM rooms WHERE ${after}::text IS NULL OR id > ${after}::text
    ORDER BY id LIMIT ${limit}`;
  return rows.map((row) => row.id);
}

/** What operators turn on and off beside the settings. */
export type RoomSwitches = { paused: boolean; closed: boolean; message: string | null };

/**
 * Writes a room's settings and switches, and counts its version. Needs `lockRoom`; the admission worker copies every new version
 * to Redis.
 */
export async function writeRoom(
  tx: Transaction,
  room: string,
  settings: RoomSettings,
  switches: RoomSwitches,
): Promise<void> {
  const columns = roomColumns(tx, settings, switches);
  await tx`UPDATE rooms SET version = version + 1, ${tx(columns)} WHERE id = ${room}`;
}

/** Bookings of a room's performances that are unpaid, and that are confirmed. A plain read. */
export async function countBookings(sql: Sql, room: string): Promise<{ pendingPayment: number; confirmed: number }> {
  const [row] = await sql<{ pendingPayment: number; confirmed: number }[]>`
    SELECT count(*) FILTER (WHERE b.status = 'pending_payment')::int AS "pendingPayment",
      count(*) FILTER (WHERE b.status = 'confirmed')::int AS confirmed
    FROM bookings b JOIN performances p ON p.id = b.performance_id WHERE p.room = ${room}`;
  return row ?? { pendingPayment: 0, confirmed: 0 };
}

/** How many tickets a room has ever let in, also those whose rows were tidied away. A plain read. */
export async function countAdmissions(sql: Sql, room: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`SELECT admissions_forgotten +
      (SELECT count(*) FROM admissions WHERE room = ${room}) AS count FROM rooms WHERE id = ${room}`;
  return row?.count ?? 0;
}
