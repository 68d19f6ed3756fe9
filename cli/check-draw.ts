import { drawCommitment, drawScore } from '../contracts/draw.ts';
import { isTicketId } from '../platform/random.ts';
import { CommandError } from './command-error.ts';

export type DrawQuestion = { seed: string; ticket: string; base: number; commitment: string | undefined };

/** What the draw gives a ticket, computed on this machine alone; `fits` is null when no commitment was given to compare with. */
export type DrawAnswer = { ticketId: string; draw: number; score: string; commitment: string; fits: boolean | null };

/** Computes the draw of one ticket again (contracts/draw.ts); nothing is asked of any server. Errors: CommandError for what is no ticket. */
export async function checkDraw({ seed, ticket, base, commitment }: DrawQuestion): Promise<DrawAnswer> {
  const ticketId = ticketIdOf(ticket);
  const draw = await drawScore(seed, ticketId, 0);
  const computed = await drawCommitment(seed);
  const fits = commitment === undefined ? null : commitment.toLowerCase() === computed;
  return { ticketId, draw, score: String(base + draw), commitment: computed, fits };
}

/** The id, or the one in a signed ticket. Its signature is not checked: only the edge could, and the sum does not depend on it. */
function ticketIdOf(ticket: string): string {
  if (isTicketId(ticket)) return ticket;
  const [, payload = ''] = ticket.split('.');
  const claims = parse(Buffer.from(payload, 'base64url').toString('utf8'));
  const id = typeof claims === 'object' && claims !== null && 'sub' in claims ? claims.sub : undefined;
  if (typeof id === 'string' && isTicketId(id)) return id;
  throw new CommandError('--ticket is neither a queue ticket nor the id of one.', {
    fix: 'Give the ticketId of the place (22 characters), or the whole ticket.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
