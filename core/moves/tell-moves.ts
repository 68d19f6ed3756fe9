import { lockDueMove, putMovePage } from '../../db/queries/moves.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';

/** Bookings of one page, and how far apart their messages fall due, ms: a page is sent in half a minute, others' messages in between. */
const PAGE = { limit: 300, everyMs: 100 } as const;
/** The next page is written when fewer messages of moves than this wait to be sent: a relay that is slow or away is not piled up before. */
const MOST_WAITING = 50;

/**
 * Writes the messages of the next page of a move that is due; returns how many bookings it looked at, 0 when nothing is due. Several
 * processes may do so at once; one that is killed leaves the page as a whole undone or done.
 */
export const tellMoves = (
  { sql }: Pick<CoreDeps, 'sql'>,
  { mostWaiting = MOST_WAITING, ...page }: { mostWaiting?: number; limit: number; everyMs: number } = PAGE,
): Promise<number> =>
  runTransaction(sql, async (tx) => {
    const move = await lockDueMove(tx, mostWaiting);
    return move === null ? 0 : putMovePage(tx, move, page);
  });
