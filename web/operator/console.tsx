import { useCallback, useEffect, useState } from 'preact/hooks';
import { keepToken, keptToken } from './operator-token.ts';
import { RoomList } from './room-list.tsx';
import { RoomPanel } from './room-panel.tsx';
import { TokenForm } from './token-form.tsx';

/** The operator's console: a token, the rooms, and one room at a time, named by the address's hash. */
export function Console() {
  const [token, setToken] = useState(keptToken);
  const [wasRefused, setRefused] = useState(false);
  const [room, setRoom] = useState(readRoom);
  useEffect(() => {
    const look = () => setRoom(readRoom());
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  const signIn = (given: string) => {
    keepToken(given);
    setRefused(false);
    setToken(given);
  };
  const signOut = useCallback((refused: boolean) => {
    keepToken(null);
    setToken(null);
    setRefused(refused);
  }, []);
  const refuse = useCallback(() => signOut(true), [signOut]);

  if (token === null) return <TokenForm wasRefused={wasRefused} onToken={signIn} />;
  return (
    <div class="stack">
      <div class="console-bar">
        {room === null ? <h1>Rooms</h1> : <a href="#/">All rooms</a>}
        <button type="button" class="button" onClick={() => signOut(false)}>
          Sign out
        </button>
      </div>
      {room === null ? (
        <RoomList token={token} onRefused={refuse} />
      ) : (
        <RoomPanel key={room} room={room} token={token} onRefused={refuse} />
      )}
    </div>
  );
}

function readRoom(): string | null {
  const room = decodeURIComponent(location.hash.replace(/^#\/?/, ''));
  return room === '' ? null : room;
}
