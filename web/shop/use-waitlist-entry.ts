import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { HoldView } from '../../contracts/holds.ts';
import type { WaitlistView as Entry } from '../../contracts/waitlist.ts';
import { type ApiProblem, callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { type Deadline, deadlineOf } from '../shared/countdown.tsx';
import { keepWaiting, keptToken } from './kept-tokens.ts';

/** How often the page looks, ms: an offer is told by mail as well. */
const LOOK_MS = 10_000;

export type WaitlistEntry = {
  entry: Entry | null;
  /** The entry's own token, where this browser has it. */
  token: string | null;
  /** Until when the offer stands, where there is one. */
  deadline: Deadline;
  /** Why there is no answer, or why the last thing asked for was refused. */
  problem: ApiProblem | null;
  isBusy: boolean;
  look: () => Promise<void>;
  /** Takes the offer; the hold of it, or null when it was refused. */
  accept: () => Promise<HoldView | null>;
  leave: () => Promise<void>;
};

/** An entry as it is now: looked at every few seconds and whenever somebody comes back to the page, until it is over. */
export function useWaitlistEntry(entryId: string): WaitlistEntry {
  const token = keptToken('waitlist', entryId);
  // Without one it is the account of who is signed in that opens the entry.
  const credential = useMemo(() => (token === null ? {} : { token }), [token]);
  const path = `/api/core/v1/waitlist/${encodeURIComponent(entryId)}`;
  const [seen, setSeen] = useState<{ entry: Entry; deadline: Deadline } | null>(null);
  const [lookProblem, setLookProblem] = useState<ApiProblem | null>(null);
  const [refusal, setRefusal] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const look = useCallback(async (): Promise<void> => {
    const answer = await callApi<Entry>(path, credential);
    setLookProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    const { now, offer, performanceId } = answer.data;
    setSeen({ entry: answer.data, deadline: deadlineOf(now, offer?.offerUntil ?? now) });
    keepWaiting(entryId, isOver(answer.data) ? null : performanceId);
  }, [entryId, path, credential]);
  useLooks(look, seen !== null && isOver(seen.entry));

  const ask = async <T>(method: 'POST' | 'DELETE', to: string): Promise<T | null> => {
    setBusy(true);
    const options = method === 'POST' ? { idempotencyKey: newIdempotencyKey(), body: {} } : {};
    const answer = await callApi<T>(to, { method, ...credential, ...options });
    setRefusal(answer.ok ? null : answer.problem);
    if (method === 'DELETE' || !answer.ok) await look();
    setBusy(false);
    return answer.ok ? answer.data : null;
  };
  return {
    entry: seen?.entry ?? null,
    token,
    deadline: seen?.deadline ?? 0,
    problem: refusal ?? lookProblem,
    isBusy,
    look,
    accept: () => ask<HoldView>('POST', `${path}/accept`),
    leave: async () => void (await ask('DELETE', path)),
  };
}

const isOver = ({ state }: Entry): boolean => state === 'booked' || state === 'lapsed' || state === 'left';

function useLooks(look: () => Promise<void>, isDone: boolean): void {
  useEffect(() => {
    if (isDone) return undefined;
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    const lookAgain = () => void (document.visibilityState === 'visible' && look());
    document.addEventListener('visibilitychange', lookAgain);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', lookAgain);
    };
  }, [look, isDone]);
}
