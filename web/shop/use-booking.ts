import { useCallback, useEffect, useState } from 'preact/hooks';
import type { BookingView } from '../../contracts/bookings.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';

/** Looks at an unpaid booking this often, in ms: soon at first, since webhooks take a moment, then with patience. */
const SOON_MS = 1000;
const LATER_MS = 4000;
/** After this many looks the page stops promising that it is a matter of seconds. */
const SOON_LOOKS = 20;

/** Follows a booking until nothing changes by itself any more. Without a token it is the session's account that opens it. */
export function useBooking(bookingId: string, token: string | null) {
  const [booking, setBooking] = useState<BookingView | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [looks, setLooks] = useState(0);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const call = token === null ? {} : { token };
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (count: number): Promise<void> => {
      const answer = await callApi<BookingView>(`/api/core/v1/bookings/${encodeURIComponent(bookingId)}`, call);
      if (stopped) return;
      setLooks(count);
      setProblem(answer.ok ? null : answer.problem);
      if (answer.ok) setBooking(answer.data);
      const isSettled = answer.ok
        ? answer.data.status !== 'pending_payment' && answer.data.status !== 'cancelled'
        : answer.problem.status === 404;
      if (!isSettled) timer = setTimeout(() => void look(count + 1), count < SOON_LOOKS ? SOON_MS : LATER_MS);
    };
    void look(1);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [bookingId, token, round]);
  const refresh = useCallback(() => setRound((last) => last + 1), []);
  return { booking, problem, refresh, isSlow: looks >= SOON_LOOKS };
}
