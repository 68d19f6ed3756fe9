import type { EntryTicket } from '../../contracts/bookings.ts';
import type { CheckInView } from '../../contracts/check-ins.ts';
import type { Transaction } from '../../db/connect.ts';
import {
  insertCheckIn,
  insertConflict,
  lockTicket,
  lockTickets,
  readCheckIn,
  type CheckIn,
  type Scan,
} from '../../db/queries/check-ins.ts';
import { isoTime } from '../../platform/clock.ts';
import { verifyEntryTicket, type EntryTicketKeys } from '../../tokens/entry-ticket.verify.ts';
import { invalidRequest } from '../http/json-body.ts';
import { judgeTicket, revokedReason } from './judge-ticket.ts';

/** A scan, and whether the gate has let its bearer in already, on its own. */
export type GateScan = Scan & { code: string; isOffline: boolean };

/**
 * Judges a scanned ticket inside the caller's transaction and lets its bearer in, once. The same scan told again gets the same answer.
 * What a gate without a network let in and should not have is noted as a conflict; nobody is thrown out by it.
 */
export async function checkIn(tx: Transaction, keys: EntryTicketKeys, scan: GateScan): Promise<CheckInView> {
  return judgeScan(tx, await readTicket(keys, scan), scan);
}

/**
 * The same of many scans, one after the other as they come. Their tickets are locked before, in the order that everybody keeps: gates
 * that hand in copies of the same tickets, and whoever cancels a booking of several, wait for each other and never in a ring.
 */
export async function checkInAll(
  tx: Transaction,
  keys: EntryTicketKeys,
  scans: readonly GateScan[],
): Promise<{ scanId: string; view: CheckInView }[]> {
  const tickets = await Promise.all(scans.map((scan) => readTicket(keys, scan)));
  await lockTickets(
    tx,
    tickets.flatMap((ticket) => ticket?.ticketId ?? []),
  );
  const views = [];
  for (const [i, scan] of scans.entries())
    views.push({ scanId: scan.scanId, view: await judgeScan(tx, tickets[i] ?? null, scan) });
  return views;
}

async function readTicket(keys: EntryTicketKeys, { code }: GateScan): Promise<EntryTicket | null> {
  const checked = await verifyEntryTicket(keys, code);
  return checked.ok ? checked.ticket : null;
}

async function judgeScan(
  tx: Transaction,
  ticket: EntryTicket | null,
  { code: _code, isOffline, ...scan }: GateScan,
): Promise<CheckInView> {
  const view: CheckInView = ticket === null ? { result: 'forged' } : await record(tx, ticket, scan, isOffline);
  const { result, ticketId = null } = view;
  if (isOffline && result !== 'admit') await insertConflict(tx, scan, { ticketId, result });
  return view;
}

async function record(tx: Transaction, ticket: EntryTicket, scan: Scan, isOffline: boolean): Promise<CheckInView> {
  const row = await lockTicket(tx, ticket.ticketId);
  const first = row === null ? null : await readCheckIn(tx, ticket.ticketId);
  const own = first !== null && first.scanId === scan.scanId;
  const result = own ? 'admit' : judgeTicket(scan.performanceId, { version: ticket.version, row, first });
  if (result === 'admit' && !own && !(await insertCheckIn(tx, ticket.ticketId, scan, isOffline)))
    throw invalidRequest([{ path: 'scans', message: `scan ${scan.scanId} was another ticket’s before` }]);
  const reason = result === 'revoked' ? revokedReason(row) : null;
  return {
    result,
    ...(reason === null ? {} : { reason }),
    ticketId: ticket.ticketId,
    performanceId: ticket.performanceId,
    zone: ticket.zone,
    seat: ticket.seat,
    ...(result === 'admit' ? whenAndWhere(first ?? scan) : {}),
    ...(result === 'already_in' && first !== null ? whenAndWhere(first) : {}),
  };
}

const whenAndWhere = ({ scannedAt, gate }: CheckIn) => ({ checkedInAt: isoTime(scannedAt.getTime()), gate });
