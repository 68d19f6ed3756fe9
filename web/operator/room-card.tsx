import type { Board } from '../../contracts/board.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import type { ApiProblem } from '../shared/api-client.ts';
import { formatCount } from '../shared/format.ts';
import { HELD } from './room-banners.tsx';
import { useFollowed } from './use-operator.ts';

const EVERY_MS = 5000;

/** What a card shows of a room's board: its counts, and what is wrong, in words. */
export type RoomGlance = { counts: string | null; trouble: string | null };

/**
 * A room in the list, and how it goes by its public board: the edge answers that from memory, so that a console on the wall costs the
 * stores nothing however many rooms it shows.
 */
export function RoomCard({ view }: { view: RoomView }) {
  const { data, problem } = useFollowed<Board>(`/api/rooms/${encodeURIComponent(view.room)}/board`, null, EVERY_MS);
  const { counts, trouble } = glanceAt(data, problem);
  return (
    <li class="card">
      <h2>
        <a href={`#${encodeURIComponent(view.room)}`}>{view.name}</a>
      </h2>
      <p>
        <span class={`state state-${view.state}`}>{view.state}</span> <span class="quiet">{view.room}</span>
      </p>
      <p>{counts ?? (problem === null ? 'Counting…' : '')}</p>
      {trouble !== null && <p class="trouble">{trouble}</p>}
      <p class="quiet">
        Set to {formatCount(view.newUsersPerMinute)} a minute, {formatCount(view.totalActiveUsers)} inside at most
      </p>
    </li>
  );
}

/** Pure. `problem`: why there is no newer board than this one. */
export function glanceAt(board: Board | null, problem: Pick<ApiProblem, 'code' | 'detail'> | null): RoomGlance {
  return { counts: board === null ? null : countsOf(board), trouble: troubleOf(board, problem) };
}

function countsOf({ lanes, active, admittedPerMinute }: Board): string {
  const waiting = Object.values(lanes).reduce((sum, lane) => sum + lane.waiting, 0);
  return `${formatCount(waiting)} waiting · ${formatCount(active)} inside · ${formatCount(admittedPerMinute)} let in, last minute`;
}

function troubleOf(board: Board | null, problem: Pick<ApiProblem, 'code' | 'detail'> | null): string | null {
  if (problem?.code === 'room_recovering') return 'Being restored after a loss: places and sessions are kept.';
  if (problem !== null) return `No new counts: ${problem.detail}`;
  if (board?.held !== undefined) return HELD[board.held] ?? null;
  return board?.stale === true ? 'No tick for some seconds: is the admission worker running?' : null;
}
