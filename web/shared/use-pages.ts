import type { RefObject } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { callApi, type ApiProblem } from './api-client.ts';

/** A list that is read a page at a time, as far as it was read. */
export type Pages<T> = {
  items: readonly T[];
  /** Where the page begins that came last; 0 for the first. */
  newFrom: number;
  hasMore: boolean;
  isBusy: boolean;
  problem: ApiProblem | null;
  /** Reads the next page, or after a failure the same one again. */
  load: () => void;
};

type Read<T> = { items: readonly T[]; newFrom: number; next: string | null };

/** Reads a list of the API (`{items, next}`) page by page, the first one at once. Another path is another list. */
export function usePages<T>(path: string): Pages<T> {
  const [read, setRead] = useState<Read<T>>({ items: [], newFrom: 0, next: null });
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(true);
  const aborter = useRef<AbortController | null>(null);
  const readAfter = useCallback(
    async (before: Read<T>): Promise<void> => {
      const own = new AbortController();
      aborter.current = own;
      setBusy(true);
      const cursor =
        before.next === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(before.next)}`;
      const answer = await callApi<{ items: T[]; next: string | null }>(path + cursor, { signal: own.signal });
      if (own.signal.aborted) return;
      setBusy(false);
      setProblem(answer.ok ? null : answer.problem);
      if (!answer.ok) return;
      const { items, next } = answer.data;
      setRead({ items: [...before.items, ...items], newFrom: before.items.length, next });
    },
    [path],
  );
  useEffect(() => {
    void readAfter({ items: [], newFrom: 0, next: null });
    return () => aborter.current?.abort();
  }, [readAfter]);
  const load = () => {
    if (!isBusy) void readAfter(read);
  };
  return { items: read.items, newFrom: read.newFrom, hasMore: read.next !== null, isBusy, problem, load };
}

/**
 * For a list that grows by pages: the first of what came takes the focus, so that who uses keys or listens goes on there; what they
 * pressed may be gone. `newFrom` 0 moves nothing.
 */
export function useFocusOnNew(newFrom: number): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const first = newFrom === 0 ? null : (list.current?.children[newFrom] ?? list.current);
    if (!(first instanceof HTMLElement)) return;
    first.tabIndex = -1;
    first.focus();
  }, [newFrom]);
  return list;
}
