import type { EntryTicket } from '../contracts/bookings.ts';
import type { CheckInResult, RevokedReason } from '../contracts/check-ins.ts';
import { verifyEntryTicket, type EntryTicketKeys } from './entry-ticket.verify.ts';

/** What a gate without a network goes by: core's public keys, the last revocation list, and whom it has let in itself. */
export type OfflineGate = {
  performanceId: string;
  keys: EntryTicketKeys;
  revoked: ReadonlySet<string>;
  /** Those of them that somebody else has now. */
  transferred: ReadonlySet<string>;
  /** Ids of tickets that this gate has let in. What other gates did it learns when it hands in its scans. */
  letIn: ReadonlySet<string>;
};

/**
 * Judges an entry ticket where core can't be asked, in the order in which core does. `ticket` is what a ticket of ours says. A copy that is
 * shown at two gates at once is found when both hand in their scans. Pure but for the signature.
 */
export async function judgeOffline(
  { performanceId, keys, revoked, transferred, letIn }: OfflineGate,
  code: string,
): Promise<{ result: CheckInResult; reason?: RevokedReason; ticket?: EntryTicket }> {
  const checked = await verifyEntryTicket(keys, code);
  if (!checked.ok) return { result: 'forged' };
  const { ticket } = checked;
  const result = ((): CheckInResult => {
    if (ticket.performanceId !== performanceId) return 'wrong_performance';
    if (revoked.has(ticket.ticketId)) return 'revoked';
    return letIn.has(ticket.ticketId) ? 'already_in' : 'admit';
  })();
  if (result !== 'revoked') return { result, ticket };
  return { result, reason: transferred.has(ticket.ticketId) ? 'transferred' : 'cancelled', ticket };
}
