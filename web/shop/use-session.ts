import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { PassGrant, Place } from '../../contracts/place.ts';
import { callApi } from '../shared/api-client.ts';
import { deadlineOf, type Deadline } from '../shared/countdown.tsx';

/**
 * Where the visitor stands with a room, as far as this page may know (the credentials are cookies it can't read):
 * `outside` has no place, `waiting` stands in line, `inside` may buy until `endsAt`.
 */
export type Session =
  | { state: 'unknown' }
  | { state: 'outside' }
  | { state: 'waiting'; position: number | null }
  | { state: 'inside'; endsAt: Deadline };

/** Follows the visitor's session in a room. `refresh` looks again and tells, `leave` gives the slot to the next in line. */
export function useSession(room: string | null): {
  session: Session;
  refresh: () => Promise<Session>;
  leave: () => Promise<boolean>;
} {
  const [session, setSession] = useState<Session>({ state: 'unknown' });
  const latest = useRef(0);
  const refresh = useCallback(async (): Promise<Session> => {
    if (room === null) return { state: 'unknown' };
    latest.current += 1;
    const look = latest.current;
    const found = await lookUp(room);
    if (look === latest.current) setSession(found);
    return found;
  }, [room]);
  useEffect(() => {
    void refresh();
    return () => {
      latest.current += 1;
    };
  }, [refresh]);
  const leave = useCallback(async () => {
    if (room === null) return false;
    const answer = await callApi(`/api/rooms/${room}/passes/me`, {
      method: 'DELETE',
      headers: { 'onsale-room': room },
    });
    if (answer.ok) setSession({ state: 'outside' });
    return answer.ok;
  }, [room]);
  return { session, refresh, leave };
}

async function lookUp(room: string): Promise<Session> {
  const place = await callApi<Place>(`/api/rooms/${room}/tickets/me`);
  if (!place.ok)
    return place.problem.status === 0 || place.problem.status >= 500 ? { state: 'unknown' } : { state: 'outside' };
  if (place.data.state === 'active' || place.data.state === 'admitted') {
    // The claim is idempotent: who is inside gets the same session again, with its end.
    const pass = await callApi<PassGrant>(`/api/rooms/${room}/passes`, { method: 'POST' });
    if (pass.ok && pass.status === 201)
      return { state: 'inside', endsAt: deadlineOf(pass.data.now, pass.data.sessionEndsAt) };
  }
  return place.data.state === 'spent' ? { state: 'outside' } : { state: 'waiting', position: place.data.position };
}
