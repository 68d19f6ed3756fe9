import { useCallback, useEffect, useState } from 'preact/hooks';
import { callApi, type ApiProblem } from './api-client.ts';

/** What a view knows of something it reads: nothing yet, the thing, or why not. */
export type Loaded<T> = { state: 'loading' } | { state: 'ready'; data: T } | { state: 'failed'; problem: ApiProblem };

/**
 * Reads a path once, again when it changes, and on `reload`, or on `refresh`, which shows what is there until the answer comes. A path of
 * null reads nothing.
 */
export function useLoad<T>(path: string | null): { loaded: Loaded<T>; reload: () => void; refresh: () => void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    const aborter = new AbortController();
    void callApi<T>(path, { signal: aborter.signal }).then((answer) => {
      if (aborter.signal.aborted) return;
      setLoaded(answer.ok ? { state: 'ready', data: answer.data } : { state: 'failed', problem: answer.problem });
    });
    return () => aborter.abort();
  }, [path, round]);
  const refresh = useCallback(() => setRound((last) => last + 1), []);
  const reload = useCallback(() => {
    setLoaded({ state: 'loading' });
    refresh();
  }, [refresh]);
  return { loaded, reload, refresh };
}
