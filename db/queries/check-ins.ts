import type { CheckInResult } from '../../contracts/check-ins.ts';
import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';

/** An entry ticket with what a gate has to know of it. */
export type TicketAtGate = {
  id: string;
  performanceId: string;
  version: number;
  isRevoked: boolean;
  /** Revoked since somebody else has it now, by another ticket. */
  isTransferred: boolean;
};

/** A check-in as it is kept. */
export type CheckIn = { scanId: string; gate: string; scannedAt: Date };
/** A scan that is to be kept. */
export type Scan = CheckIn & { performanceId: string; actor: string };

/**
 * Locks a ticket for its check-in, or null when there is none. READ COMMITTED, `FOR UPDATE` of the ticket alone: two gates with the same
 * ticket, and a gate and a cancellation, come one after the other.
 */
export async function lockTicket(tx: Transaction, ticketId: string): Promise<TicketAtGate | null> {
  const [row] = await tx<TicketAtGate[]>`SELECT t.id, b.performance_id AS "performanceId", t.version,
      t.revoked_at IS NOT NULL AS "isRevoked", false AS "isTransferred"
    FROM entry_tickets t JOIN bookings b ON b.id = t.booking_id WHERE t.id = ${ticketId} FOR UPDATE OF t`;
  if (row?.isRevoked !== true) return row ?? null;
  // After the lock, and only then: the row that takes its place may have been written while this waited.
  const replaced = await tx`SELECT 1 FROM entry_tickets WHERE replaces = ${ticketId}`;
  return { ...row, isTransferred: replaced.length > 0 };
}

/** Locks many tickets before they are judged one by one, in the order of their ids, which whoever locks several of them keeps. READ COMMITTED. */
export async function lockTickets(tx: Transaction, ticketIds: readonly string[]): Promise<void> {
  await tx`SELECT 1 FROM entry_tickets WHERE id = ANY (${list(ticketIds)}::uuid[]) ORDER BY id FOR UPDATE`;
}

/** The check-in of a ticket, or null. A plain read; under the ticket's lock it stays as it is. */
export async function readCheckIn(tx: Transaction, ticketId: string): Promise<CheckIn | null> {
  const [row] = await tx<CheckIn[]>`SELECT scan_id AS "scanId", gate, scanned_at AS "scannedAt" FROM check_ins
    WHERE ticket_id = ${ticketId}`;
  return row ?? null;
}

/**
 * Writes a check-in. Needs the ticket's lock; the primary key refuses a second one. False, having written nothing, when the scan's id is
 * that of another ticket's check-in.
 */
export async function insertCheckIn(
  tx: Transaction,
  ticketId: string,
  scan: Scan,
  isOffline: boolean,
): Promise<boolean> {
  const rows = await tx`INSERT INTO check_ins (ticket_id, performance_id, scan_id, gate, scanned_at, is_offline, actor)
    VALUES (${ticketId}, ${scan.performanceId}, ${scan.scanId}, ${scan.gate}, ${scan.scannedAt}, ${isOffline}, ${scan.actor})
    ON CONFLICT (scan_id) DO NOTHING RETURNING 1`;
  return rows.length === 1;
}

/** Notes that a gate without a network let somebody in whom the record does not. Told again, nothing changes. */
export async function insertConflict(
  tx: Transaction,
  scan: Scan,
  { ticketId, result }: { ticketId: string | null; result: Exclude<CheckInResult, 'admit'> },
): Promise<void> {
  await tx`INSERT INTO check_in_conflicts (scan_id, performance_id, ticket_id, result, gate, scanned_at, actor)
    VALUES (${scan.scanId}, ${scan.performanceId}, ${ticketId}, ${result}, ${scan.gate}, ${scan.scannedAt}, ${scan.actor})
    ON CONFLICT (scan_id) DO NOTHING`;
}

export type ConflictRow = {
  scanId: string;
  ticketId: string | null;
  result: Exclude<CheckInResult, 'admit'>;
  gate: string;
  scannedAt: Date;
  recordedAt: Date;
};

/** Conflicts of a performance in the order of their coming, after a scan's. A plain read by `check_in_conflicts_performance`. */
export async function listConflicts(
  sql: Sql,
  { performanceId, after, limit }: { performanceId: string; after: string | null; limit: number },
): Promise<ConflictRow[]> {
  return sql<
    ConflictRow[]
  >`SELECT scan_id AS "scanId", ticket_id AS "ticketId", result, gate, scanned_at AS "scannedAt",
      recorded_at AS "recordedAt"
    FROM check_in_conflicts WHERE performance_id = ${performanceId} AND (${after}::uuid IS NULL OR (recorded_at, scan_id) >
      (SELECT recorded_at, scan_id FROM check_in_conflicts WHERE scan_id = ${after}::uuid))
    ORDER BY recorded_at, scan_id LIMIT ${limit}`;
}

export type RevokedTicket = { id: string; isTransferred: boolean };

/** A performance's tickets that are revoked. A plain read: bookings by performance, their revoked tickets by index. */
export async function readRevokedTickets(sql: Sql, performanceId: string): Promise<RevokedTicket[]> {
  return sql<RevokedTicket[]>`SELECT t.id, n.id IS NOT NULL AS "isTransferred"
    FROM bookings b JOIN entry_tickets t ON t.booking_id = b.id LEFT JOIN entry_tickets n ON n.replaces = t.id
    WHERE b.performance_id = ${performanceId} AND t.revoked_at IS NOT NULL ORDER BY t.id`;
}

/**
 * Whether anybody is in with a ticket of this booking. Locks its tickets, so that nobody gets in meanwhile. Needs the booking's lock. Two
 * statements: the second one's snapshot has what was written while the first one waited.
 */
export async function isCheckedIn(tx: Transaction, bookingId: string): Promise<boolean> {
  await tx`SELECT 1 FROM entry_tickets WHERE booking_id = ${bookingId} ORDER BY id FOR UPDATE`;
  const rows = await tx`SELECT 1 FROM check_ins c JOIN entry_tickets t ON t.id = c.ticket_id
    WHERE t.booking_id = ${bookingId} LIMIT 1`;
  return rows.length > 0;
}
