import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { callApi } from '../../shared/api-client.ts';
import { Loading, LoadError } from '../../shared/notice.tsx';
import type { Followed } from '../use-operator.ts';

export type Page<T> = { items: T[]; next: string | null };

export type PagedListProps<T> = {
  /** The first page, which is followed. */
  first: Followed<Page<T>>;
  path: string;
  token: string;
  /** Of what: “venues”. */
  what: string;
  emptyText: string;
  render: (item: T) => ComponentChildren;
};

/** A list whose first page is followed, and whose others are read when they are asked for. */
export function PagedList<T extends { id: string }>(props: PagedListProps<T>) {
  const { first, path, token, what, emptyText, render } = props;
  const [more, setMore] = useState<Page<T> | null>(null);
  if (first.data === null)
    return first.problem === null ? (
      <Loading what={what} />
    ) : (
      <LoadError problem={first.problem} onRetry={first.refresh} />
    );
  const { items } = first.data;
  const next = more === null ? first.data.next : more.next;
  const loadMore = async () => {
    const join = path.includes('?') ? '&' : '?';
    const answer = await callApi<Page<T>>(`${path}${join}cursor=${encodeURIComponent(next ?? '')}`, { token });
    if (answer.ok) setMore({ items: [...(more?.items ?? []), ...answer.data.items], next: answer.data.next });
  };
  // What was added since may stand on the first page and on a later one.
  const shown = [...new Map([...items, ...(more?.items ?? [])].map((item) => [item.id, item])).values()];
  return (
    <>
      {shown.length === 0 && <p class="quiet">{emptyText}</p>}
      <ul class="plain catalogue-list">
        {shown.map((item) => (
          <li key={item.id}>{render(item)}</li>
        ))}
      </ul>
      {next !== null && (
        <button type="button" class="button" onClick={() => void loadMore()}>
          More {what}
        </button>
      )}
    </>
  );
}
