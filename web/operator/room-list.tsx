import type { RoomView } from '../../contracts/operator-rooms.ts';
import { Loading, LoadError } from '../shared/notice.tsx';
import { useFocusOnNew } from '../shared/use-pages.ts';
import { MoreButton } from './more-button.tsx';
import { NewRoomForm } from './new-room-form.tsx';
import { RoomCard } from './room-card.tsx';
import { useMorePages, type Page } from './use-more-pages.ts';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const EVERY_MS = 5000;

/** All rooms and how they go; one click leads to a room, and one form adds another. */
export function RoomList({ token, onRefused }: { token: string; onRefused: () => void }) {
  const path = `${OPERATOR_API}/rooms`;
  const { data, problem, refresh } = useFollowed<Page<RoomView>>(path, token, EVERY_MS, onRefused);
  const pages = useMorePages(data, { path, token, idOf: (view) => view.room });
  const list = useFocusOnNew(pages.newFrom);
  if (data === null)
    return problem === null ? <Loading what="rooms" /> : <LoadError problem={problem} onRetry={refresh} />;
  return (
    <>
      {pages.items.length === 0 && <p class="quiet">There are no rooms yet.</p>}
      <ul class="room-list" ref={list}>
        {pages.items.map((view) => (
          <RoomCard key={view.room} view={view} />
        ))}
      </ul>
      <MoreButton pages={pages} what="rooms" />
      <NewRoomForm path={path} token={token} onCreated={refresh} />
    </>
  );
}
