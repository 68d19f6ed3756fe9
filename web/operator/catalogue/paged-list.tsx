import type { ComponentChildren } from 'preact';
import { Loading, LoadError } from '../../shared/notice.tsx';
import { useFocusOnNew } from '../../shared/use-pages.ts';
import { MoreButton } from '../more-button.tsx';
import { useMorePages, type Page } from '../use-more-pages.ts';
import type { Followed } from '../use-operator.ts';

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
  const pages = useMorePages(first.data, { path, token, idOf: (item) => item.id });
  const list = useFocusOnNew(pages.newFrom);
  if (first.data === null)
    return first.problem === null ? (
      <Loading what={what} />
    ) : (
      <LoadError problem={first.problem} onRetry={first.refresh} />
    );
  return (
    <>
      {pages.items.length === 0 && <p class="quiet">{emptyText}</p>}
      <ul class="plain catalogue-list" ref={list}>
        {pages.items.map((item) => (
          <li key={item.id}>{render(item)}</li>
        ))}
      </ul>
      <MoreButton pages={pages} what={what} />
    </>
  );
}
