import { refundRequestSchema } from '../../contracts/operator-bookings.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import {
  listDeadLetters,
  reviveDelivery,
  reviveInbox,
  reviveNotification,
  reviveOutbox,
} from '../../db/queries/dead-letters.ts';
import { readHistory, readReportedBookings } from '../../db/queries/report-bookings.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId, newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { invalidRequest } from '../http/json-body.ts';
import { readBodyIfAny, readOptionalBody } from '../http/optional-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { bookingsCsv } from './bookings-csv.ts';
import type { Changer } from './change-room.ts';
import { serveOrder } from './keyed-order.ts';
import { refundBooking } from './refund-booking.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
/** Rows of a page: of dead letters, of the export; and the most lines of one booking's history. */
const DEAD_PAGE = 50;
const CSV_PAGE = 500;
const MAX_HISTORY = 1000;
const DEAD_ID = /^(outbox|inbox|webhook|notification)-([\w-]{1,700})$/;

/** What operators read of bookings and do to them, and the work that was laid aside for them. */
export function registerBookings(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/operator/bookings/:id/refund', async (c) => {
    const id = c.req.param('id');
    const response = await serveOrder(deps, c, {
      role: 'operator',
      read: (request) => readBodyIfAny(request, refundRequestSchema),
      async work(tx, body, changer) {
        if (!isId(id)) throw new OperatingError('not_found');
        return refundBooking(tx, deps, id, body, changer);
      },
    });
    deps.wake('outbox');
    return response;
  });

  app.get('/v1/operator/bookings/:id/history', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const id = c.req.param('id');
    const read = () => readHistory(deps.browseSql, id, MAX_HISTORY);
    const lines = isId(id) ? await withinDeadline(deps.browseSql, read) : [];
    if (lines.length === 0) throw new OperatingError('not_found');
    const items = lines.map(({ at, ...line }) => ({ at: isoTime(at.getTime()), ...line }));
    return c.json({ items, next: null }, 200, NO_STORE);
  });

  // Names and addresses of buyers: for those who may act on them, and written down.
  app.get('/v1/operator/bookings.csv', async (c) => {
    const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
    const performanceId = c.req.query('performanceId') ?? null;
    const entry = {
      id: newId(),
      actor: sub,
      action: 'bookings.export',
      subject: `performance:${performanceId ?? '*'}`,
    };
    await inTransaction(deps.sql, (tx) => insertAudit(tx, { ...entry, before: null, after: null }));
    const body = bookingsCsv((afterId) =>
      readReportedBookings(deps.browseSql, { performanceId, afterId, limit: CSV_PAGE }),
    );
    const disposition = { 'content-disposition': 'attachment; filename="bookings.csv"' };
    return new Response(body, { headers: { ...NO_STORE, ...disposition, 'content-type': 'text/csv; charset=utf-8' } });
  });

  app.get('/v1/operator/dead-letters', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const cursor = c.req.query('cursor') ?? null;
    if (cursor !== null && !DEAD_ID.test(cursor))
      throw invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);
    const page = { cursor, limit: DEAD_PAGE + 1 };
    const rows = await withinDeadline(deps.browseSql, () => listDeadLetters(deps.browseSql, page));
    const items = rows.slice(0, DEAD_PAGE).map(({ deadAt, ...row }) => ({ ...row, deadAt: isoTime(deadAt.getTime()) }));
    return c.json({ items, next: rows.length > DEAD_PAGE ? (items.at(-1)?.id ?? null) : null }, 200, NO_STORE);
  });

  app.post('/v1/operator/dead-letters/:id/replay', async (c) => {
    const id = c.req.param('id');
    const response = await serveOrder(deps, c, {
      role: 'operator',
      read: readOptionalBody,
      work: (tx, _body, changer) => replay(tx, id, changer),
    });
    deps.wake(id.startsWith('inbox') ? 'inbox' : 'outbox');
    return response;
  });
}

/** Makes laid-aside work due again. Refuses `not_found` when it is not laid aside (any more). */
async function replay(tx: Transaction, id: string, { actor }: Changer): Promise<object> {
  const [, queue = '', key = ''] = DEAD_ID.exec(id) ?? [];
  if (!(await revive(tx, queue, key))) throw new OperatingError('not_found');
  const entry = { id: newId(), actor, action: 'dead_letter.replay', subject: `dead-letter:${id}` };
  await insertAudit(tx, { ...entry, before: null, after: null });
  return { id, state: 'due' };
}

async function revive(tx: Transaction, queue: string, key: string): Promise<boolean> {
  if (queue === 'inbox') return replayInbox(tx, key);
  if (!isId(key)) return false;
  if (queue === 'notification') return reviveNotification(tx, key);
  return queue === 'webhook' ? reviveDelivery(tx, key) : reviveOutbox(tx, key);
}

function replayInbox(tx: Transaction, key: string): Promise<boolean> {
  const [provider = '', ...rest] = Buffer.from(key, 'base64url').toString('utf8').split('/');
  return reviveInbox(tx, provider, rest.join('/'));
}
