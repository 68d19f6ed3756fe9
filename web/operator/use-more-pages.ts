import { useRef, useState } from 'preact/hooks';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import type { Pages } from '../shared/use-pages.ts';

/** A page of a list of the operators' API. */
export type Page<T> = { items: readonly T[]; next: string | null };

/** All that was read when a page came that was asked for, and how many of it stood there before. */
type More<T> = { items: readonly T[]; next: string | null; newFrom: number };

/**
 * A list whose first page is followed, and whose others are read when they are asked for. What was on the first page before the others came
 * stays, also when something new takes its place there; `idOf` tells what is shown once, as the first page has it.
 */
export function useMorePages<T>(
  first: Page<T> | null,
  { path, token, idOf }: { path: string; token: string; idOf: (item: T) => string },
): Pages<T> {
  const [more, setMore] = useState<More<T> | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  // Not from the state: a second press may come before it is drawn.
  const isReading = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const items = once([...(first?.items ?? []), ...(more?.items ?? [])], idOf);
  const next = more === null ? (first?.next ?? null) : more.next;
  const read = async (cursor: string): Promise<void> => {
    const join = path.includes('?') ? '&' : '?';
    const answer = await callApi<Page<T>>(`${path}${join}cursor=${encodeURIComponent(cursor)}`, { token });
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    setMore({ items: once([...items, ...answer.data.items], idOf), next: answer.data.next, newFrom: items.length });
  };
  const load = () => {
    if (isReading.current || next === null) return;
    isReading.current = true;
    setBusy(true);
    void read(next).finally(() => {
      isReading.current = false;
      setBusy(false);
    });
  };
  return { items, newFrom: more?.newFrom ?? 0, hasMore: next !== null, isBusy, problem, load };
}

/** Each once, where and as it stands first. */
function once<T>(items: readonly T[], idOf: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(idOf(item)) && seen.add(idOf(item)));
}
