import * as v from 'valibot';
import { slugSchema } from '../../contracts/catalogue.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreContext } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { invalidRequest } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';

/** Things on one page. */
const PAGE_SIZE = 50;

/** Serves a page of a list that goes by id, to viewers; `read` gives what comes after an id. Refuses: `invalid_request` for a cursor. */
export async function servePage<T extends { id: string }>(
  deps: CoreDeps,
  c: CoreContext,
  read: (after: string, limit: number) => Promise<T[]>,
): Promise<Response> {
  await requireOperator(deps, c.req.raw.headers, 'viewer');
  const cursor = c.req.query('cursor') ?? '';
  if (cursor !== '' && !v.is(slugSchema, cursor))
    throw invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  const rows = await withinDeadline(deps.browseSql, () => read(cursor, PAGE_SIZE + 1));
  const items = rows.slice(0, PAGE_SIZE);
  const next = rows.length > PAGE_SIZE ? (items.at(-1)?.id ?? null) : null;
  return c.json({ items, next }, 200, { 'cache-control': 'no-store' });
}
