import { formatCount } from '../shared/format.ts';
import { LoadError } from '../shared/notice.tsx';
import type { Pages } from '../shared/use-pages.ts';

/** What stands below a list that is read by pages: how many came, a way to more, and why they did not come. */
export function MoreButton<T>({ pages, what }: { pages: Pages<T>; what: string }) {
  const { items, newFrom, hasMore, isBusy, problem, load } = pages;
  return (
    <>
      <p class="visually-hidden" role="status">
        {newFrom === 0 ? '' : `${formatCount(items.length - newFrom)} more, ${formatCount(items.length)} ${what} shown`}
      </p>
      {problem !== null && <LoadError problem={problem} onRetry={load} />}
      {problem === null && hasMore && (
        <button type="button" class="button" aria-disabled={isBusy} onClick={load}>
          More {what}
        </button>
      )}
    </>
  );
}
