import { useState } from 'preact/hooks';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import { callApi } from '../shared/api-client.ts';
import { Loading, LoadError } from '../shared/notice.tsx';
import { NewRoomForm } from './new-room-form.tsx';
import { RoomCard } from './room-card.tsx';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const EVERY_MS = 5000;

/** All rooms and how they go; one click leads to a room, and one form adds another. */
export function RoomList({ token, onRefused }: { token: string; onRefused: () => void }) {
  const path = `${OPERATOR_API}/rooms`;
  const { data, problem, refresh } = useFollowed<{ items: RoomView[]; next: string | null }>(
    path,
    token,
    EVERY_MS,
    onRefused,
  );
  const [more, setMore] = useState<RoomView[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  if (data === null)
    return problem === null ? <Loading what="rooms" /> : <LoadError problem={problem} onRetry={refresh} />;
  const next = more.length === 0 ? data.next : cursor;
  const loadMore = async () => {
    const answer = await callApi<typeof data>(`${path}?cursor=${next ?? ''}`, { token });
    if (!answer.ok) return;
    setMore([...more, ...answer.data.items]);
    setCursor(answer.data.next);
  };
  return (
    <>
      {data.items.length === 0 && <p class="quiet">There are no rooms yet.</p>}
      <ul class="room-list">
        {[...data.items, ...more].map((view) => (
          <RoomCard key={view.room} view={view} />
        ))}
      </ul>
      {next !== null && (
        <button type="button" class="button" onClick={() => void loadMore()}>
          More rooms
        </button>
      )}
      <NewRoomForm path={path} token={token} onCreated={refresh} />
    </>
  );
}
