import type { Board } from './board.ts';
import { drawScore } from './draw.ts';
import type { Round } from './rounds.ts';

/** Who asks for a score: a ticket that carries none. */
export type Unscored = { ticketId: string; lane: string; round?: Round | undefined };

/**
 * The score that the board's public facts give to a ticket of the lobby or of a round; null while the board does not tell the seed:
 * before the opening, before the round is over, and for rounds that ended minutes ago.
 */
export async function scoreOnBoard(board: Board, { ticketId, lane, round }: Unscored): Promise<string | null> {
  const seed =
    round === undefined ? board.draw?.seed : board.rounds?.find(({ minute }) => minute === round.minute)?.seed;
  const base = round === undefined ? board.lanes[lane]?.base : round.base;
  if (seed === undefined || base === undefined) return null;
  return String(await drawScore(seed, ticketId, Number(base)));
}
