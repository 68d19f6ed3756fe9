import type { MovesView, MoveView } from '../../../contracts/moves.ts';
import { formatCount, formatDateTime } from '../../shared/format.ts';
import { Notice } from '../../shared/notice.tsx';
import { OPERATOR_API, useFollowed } from '../use-operator.ts';

const EVERY_MS = 5000;

/** Who would be told of a move, and how far moves are told, followed; null until it is known. */
export const useMoves = (query: string, token: string, onRefused: () => void): MovesView | null =>
  useFollowed<MovesView>(`${OPERATOR_API}/moves?${query}`, token, EVERY_MS, onRefused).data;

/** What the button says that moves something. */
export const saveLabel = (isMoved: boolean, moves: MovesView | null): string =>
  isMoved && moves !== null && moves.reach.bookings > 0 ? `Save, and tell ${reachText(moves)}` : 'Save';

/** Says before a move who will hear of it. */
export function MoveWarning({ moves }: { moves: MovesView | null }) {
  if (moves === null) return <Notice kind="warning">This moves it. Who has places will be told.</Notice>;
  if (moves.reach.bookings === 0) return <Notice kind="info">This moves it. Nobody has places yet.</Notice>;
  return (
    <Notice kind="warning">
      This moves it: {reachText(moves)} will be told, in their language, with the new tickets and calendar file, once
      you save. {!moves.isMailed && 'No mail is sent from here: only browsers that asked are told.'}
    </Notice>
  );
}

/** The moves of a performance, newest first. */
export function MovesCard({ moves }: { moves: MovesView | null }) {
  if (moves === null) return null;
  return (
    <section class="card" aria-labelledby="moves-title">
      <h2 id="moves-title">Moves</h2>
      {moves.items.length === 0 && (
        <p class="quiet">
          It was never moved. {moves.reach.bookings > 0 && `A move would be told to ${reachText(moves)}.`}
        </p>
      )}
      <ul>
        {moves.items.map((move) => (
          <li key={`${move.performanceId} ${move.number}`}>
            Until {formatDateTime(move.movedAt, move.was.timeZone)}:{' '}
            {formatDateTime(move.was.startsAt, move.was.timeZone)}
            {move.was.venue !== null && `, ${move.was.venue}`}. {stateText(move)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function reachText({ reach: { bookings, tickets } }: MovesView): string {
  const buyers = `the ${bookings === 1 ? 'buyer' : 'buyers'} of ${formatCount(bookings)} ${bookings === 1 ? 'booking' : 'bookings'}`;
  return tickets === 0 ? buyers : `${buyers} and ${formatCount(tickets)} who were given tickets`;
}

function stateText({ state, messages }: MoveView): string {
  const written = `${formatCount(messages)} ${messages === 1 ? 'message' : 'messages'}`;
  if (state === 'telling') return `Being told: ${written} so far.`;
  return state === 'told' ? `Told by ${written}.` : `Moved again after ${written}; the rest hear of that.`;
}
