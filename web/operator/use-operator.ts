import { useCallback, useEffect, useState } from 'preact/hooks';
import { callApi, type ApiProblem } from '../shared/api-client.ts';

export const OPERATOR_API = '/api/core/v1/operator';

/** Whether a refusal means that the token itself is no good. */
export const isTokenRefused = (problem: ApiProblem): boolean => problem.status === 401;

/** Something read again and again. `data` stays the last good answer while `problem` says why there is no newer one. */
export type Followed<T> = { data: T | null; etag: string | null; problem: ApiProblem | null; refresh: () => void };

const ignore = (): void => {};

/**
 * Reads a path every `everyMs`, one read at a time, and at once on `refresh`. A hidden tab reads nothing. `token` null: what everybody
 * may read.
 */
export function useFollowed<T>(
  path: string,
  token: string | null,
  everyMs: number,
  onRefused: () => void = ignore,
): Followed<T> {
  const [state, setState] = useState<Omit<Followed<T>, 'refresh'>>({ data: null, etag: null, problem: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        const answer = await callApi<T>(path, token === null ? {} : { token });
        if (stopped) return;
        if (answer.ok) setState({ data: answer.data, etag: answer.etag, problem: null });
        else if (isTokenRefused(answer.problem)) return onRefused();
        else setState((last) => ({ ...last, problem: answer.problem }));
      }
      timer = setTimeout(() => void look(), everyMs);
      return undefined;
    };
    void look();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [path, token, everyMs, round, onRefused]);
  const refresh = useCallback(() => setRound((last) => last + 1), []);
  return { ...state, refresh };
}
