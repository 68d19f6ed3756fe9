import type { AccountWaitlist, AccountWaitlistEntry } from '../../contracts/accounts.ts';
import type { AccountRow } from '../../db/queries/accounts.ts';
import { listOwnEntries, type OwnEntryRow } from '../../db/queries/waitlist-entries.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId } from '../../platform/id.ts';
import { zoneOf } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import { invalidRequest } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { toEntryView } from '../waitlist/entry-view.ts';

/** Entries of one page: each that still waits is asked for its position. */
const PAGE_SIZE = 10;

/** A page of the places in waitlists of who is signed in, over or not, the newest first. Refuses: `invalid_request` for a cursor. */
export async function listOwnWaitlist(
  deps: Pick<CoreDeps, 'sql' | 'catalogue'>,
  account: AccountRow,
  cursor: string | null,
): Promise<AccountWaitlist> {
  if (cursor !== null && !isId(cursor))
    throw invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  const page = { email: account.email, cursor, limit: PAGE_SIZE + 1 };
  const rows = await withinDeadline(deps.sql, () => listOwnEntries(deps.sql, page));
  const items = await Promise.all(rows.slice(0, PAGE_SIZE).map((row) => toListed(deps, row)));
  const next = rows.length > PAGE_SIZE ? (rows[PAGE_SIZE - 1]?.id ?? null) : null;
  return { items: items.filter((item) => item !== null), next };
}

async function toListed(
  deps: Pick<CoreDeps, 'sql' | 'catalogue'>,
  row: OwnEntryRow,
): Promise<AccountWaitlistEntry | null> {
  const performance = await deps.catalogue.performance(row.performanceId);
  if (performance === null) return null;
  const zone = row.zoneId === null ? undefined : zoneOf(performance, row.zoneId);
  return {
    ...(await withinDeadline(deps.sql, () => toEntryView(deps.sql, performance, row))),
    eventName: row.eventName,
    ...(zone === undefined ? {} : { zoneName: zone.name }),
    startsAt: isoTime(row.startsAt.getTime()),
    timeZone: row.timeZone,
    joinedAt: isoTime(row.createdAt.getTime()),
  };
}
