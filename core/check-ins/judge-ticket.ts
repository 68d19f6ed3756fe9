import type { CheckInResult, RevokedReason } from '../../contracts/check-ins.ts';
import type { CheckIn, TicketAtGate } from '../../db/queries/check-ins.ts';

/** What is known of a ticket whose signature is ours. `row` is null when there is no such ticket (any more). */
export type KnownTicket = { version: number; row: TicketAtGate | null; first: CheckIn | null };

/**
 * What becomes of a ticket at the gate of a performance. A ticket of another performance is told so before anything else: whoever stands
 * at the wrong door has done nothing wrong. Pure.
 */
export function judgeTicket(performanceId: string, { version, row, first }: KnownTicket): CheckInResult {
  if (row === null) return 'revoked';
  if (row.performanceId !== performanceId) return 'wrong_performance';
  if (row.isRevoked || row.version !== version) return 'revoked';
  return first === null ? 'admit' : 'already_in';
}

/** Why a ticket of ours is `revoked`, as far as that is known. Pure. */
export function revokedReason(row: TicketAtGate | null): RevokedReason | null {
  if (row?.isRevoked !== true) return null;
  return row.isTransferred ? 'transferred' : 'cancelled';
}
