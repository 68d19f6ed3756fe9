import type { RoomView } from '../../contracts/operator-rooms.ts';
import { formatCount } from '../shared/format.ts';
import { Loading, LoadError } from '../shared/notice.tsx';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const EVERY_MS = 5000;

/** All rooms with what they are set to; one click leads to a room. */
export function RoomList({ token, onRefused }: { token: string; onRefused: () => void }) {
  const { data, problem, refresh } = useFollowed<{ items: RoomView[] }>(
    `${OPERATOR_API}/rooms`,
    token,
    EVERY_MS,
    onRefused,
  );
  if (data === null)
    return problem === null ? <Loading what="rooms" /> : <LoadError problem={problem} onRetry={refresh} />;
  if (data.items.length === 0) return <p class="quiet">There are no rooms yet.</p>;
  return (
    <ul class="room-list">
      {data.items.map((view) => (
        <li key={view.room} class="card">
          <h2>
            <a href={`#${encodeURIComponent(view.room)}`}>{view.name}</a>
          </h2>
          <p>
            <span class={`state state-${view.state}`}>{view.state}</span> <span class="quiet">{view.room}</span>
          </p>
          <p class="quiet">
            {formatCount(view.newUsersPerMinute)} a minute, {formatCount(view.totalActiveUsers)} inside at most
          </p>
        </li>
      ))}
    </ul>
  );
}
