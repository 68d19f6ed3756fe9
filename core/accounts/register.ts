import type { AccountBooking, AccountBookings } from '../../contracts/accounts.ts';
import { listOwnBookings, type OwnBookingRow } from '../../db/queries/account-bookings.ts';
import { endSession, type AccountRow } from '../../db/queries/accounts.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { invalidRequest } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { eraseAccount } from './erase-account.ts';
import { exportAccount } from './export-account.ts';
import { requireAccount } from './find-account.ts';
import { limitExports } from './limit-sign-in.ts';
import { openSession } from './open-session.ts';
import { hashSessionToken, isSessionToken } from './secrets.ts';
import { listOwnWaitlist } from './own-waitlist.ts';
import { sendCode } from './send-code.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
/** Bookings of one page. */
const PAGE_SIZE = 20;

/** Accounts of customers: signing in by a code, the own bookings, export and erasure. Nobody's id is in any address: `me` is who asks. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/accounts/sign-in-codes', (c) => sendCode(deps, c));
  app.post('/v1/accounts/sessions', (c) => openSession(deps, c));

  app.delete('/v1/accounts/sessions/me', async (c) => {
    const { token } = await requireAccount(deps, c.req.raw.headers);
    // A provider's token ends by its own time: there is no session of ours to end.
    if (isSessionToken(token)) await whileProgressing(deps.sql, () => endSession(deps.sql, hashSessionToken(token)));
    return c.body(null, 204, NO_STORE);
  });

  app.get('/v1/accounts/me', async (c) => {
    const { account } = await requireAccount(deps, c.req.raw.headers);
    return c.json({ accountId: account.id, email: account.email }, 200, NO_STORE);
  });

  app.get('/v1/accounts/me/bookings', async (c) => {
    const { account } = await requireAccount(deps, c.req.raw.headers);
    return c.json(await listBookings(deps, account, c.req.query('cursor') ?? null), 200, NO_STORE);
  });

  app.get('/v1/accounts/me/waitlist', async (c) => {
    const { account } = await requireAccount(deps, c.req.raw.headers);
    return c.json(await listOwnWaitlist(deps, account, c.req.query('cursor') ?? null), 200, NO_STORE);
  });

  app.get('/v1/accounts/me/export', async (c) => {
    const { account } = await requireAccount(deps, c.req.raw.headers);
    await limitExports(deps, account.id);
    const person = { accountId: account.id, email: account.email };
    const body = await exportAccount(deps.sql, person, deps.clock.nowMs());
    const disposition = { 'content-disposition': 'attachment; filename="my-data.json"' };
    return c.body(body, 200, { ...NO_STORE, ...disposition, 'content-type': 'application/json' });
  });

  app.delete('/v1/accounts/me', async (c) => {
    const { account } = await requireAccount(deps, c.req.raw.headers);
    await eraseAccount(deps, account);
    return c.body(null, 204, NO_STORE);
  });
}

async function listBookings(deps: CoreDeps, account: AccountRow, cursor: string | null): Promise<AccountBookings> {
  if (cursor !== null && !isId(cursor))
    throw invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  const page = { email: account.email, cursor, limit: PAGE_SIZE + 1 };
  const rows = await withinDeadline(deps.sql, () => listOwnBookings(deps.sql, page));
  const items = rows.slice(0, PAGE_SIZE).map(toListed);
  return { items, next: rows.length > PAGE_SIZE ? (items.at(-1)?.bookingId ?? null) : null };
}

const toListed = (row: OwnBookingRow): AccountBooking => ({
  bookingId: row.id,
  status: row.status,
  performanceId: row.performanceId,
  eventName: row.eventName,
  startsAt: isoTime(row.startsAt.getTime()),
  timeZone: row.timeZone,
  places: row.places,
  total: { amountMinor: row.totalMinor, currency: row.currency },
  ...(row.status === 'pending_payment' ? { payBy: isoTime(row.payBy.getTime()) } : {}),
  bookedAt: isoTime(row.createdAt.getTime()),
});
