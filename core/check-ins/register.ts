import {
  type CheckInConflict,
  checkInRequestSchema,
  type OfflineScans,
  offlineScansSchema,
  type OfflineScanView,
  type RevocationsView,
} from '../../contracts/check-ins.ts';
import type { Transaction } from '../../db/connect.ts';
import { listConflicts, readRevokedTickets } from '../../db/queries/check-ins.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId, newId } from '../../platform/id.ts';
import type { EntryTicketKeys } from '../../tokens/entry-ticket.verify.ts';
import { signRevocationList } from '../../tokens/revocation-list.sign.ts';
import { requirePerformance } from '../catalogue/require-performance.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { invalidRequest, readJson } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { serveOrder } from '../operator/keyed-order.ts';
import { checkIn, checkInAll, type GateScan } from './check-in.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
const CONFLICT_PAGE = 100;
/** A gate's clock may be ahead of ours by this much, ms; what it says came later than that, came now. */
const CLOCK_SKEW_MS = 60_000;

/** Check-ins at the gate, by people with the role `door`; keys and revocations for gates that lose their network. */
export function register(app: CoreApp, deps: CoreDeps): void {
  const keys: EntryTicketKeys = deps.keys.published.keys.map(({ kid = '', x = '' }) => ({ kid, x }));

  app.post('/v1/check-ins', (c) => {
    const scanId = newId();
    return serveOrder(deps, c, {
      role: 'door',
      read: (request) => readJson(request, checkInRequestSchema),
      async work(tx, { code, performanceId, gate }, { actor, nowMs }) {
        await requirePerformance(deps, performanceId);
        const scan = { scanId, code, performanceId, gate, scannedAt: new Date(nowMs), actor, isOffline: false };
        return checkIn(tx, keys, scan);
      },
    });
  });

  app.post('/v1/check-ins/offline', (c) =>
    serveOrder(deps, c, {
      role: 'door',
      read: (request) => readJson(request, offlineScansSchema),
      async work(tx, batch, { actor, nowMs }) {
        await requirePerformance(deps, batch.performanceId);
        return { results: await handIn(tx, keys, toScans(batch, actor, nowMs)) };
      },
    }),
  );

  app.get('/v1/check-ins/conflicts', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'door');
    const [performanceId = '', after = null] = [c.req.query('performanceId'), c.req.query('cursor')];
    if (after !== null && !isId(after))
      throw invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);
    await requirePerformance({ catalogue: deps.browseCatalogue }, performanceId);
    const page = { performanceId, after, limit: CONFLICT_PAGE + 1 };
    const rows = await withinDeadline(deps.browseSql, () => listConflicts(deps.browseSql, page));
    const items = rows.slice(0, CONFLICT_PAGE).map(({ scannedAt, recordedAt, ...row }): CheckInConflict => ({
      ...row,
      scannedAt: isoTime(scannedAt.getTime()),
      recordedAt: isoTime(recordedAt.getTime()),
    }));
    const next = rows.length > CONFLICT_PAGE ? (items.at(-1)?.scanId ?? null) : null;
    return c.json({ items, next }, 200, NO_STORE);
  });

  app.get('/v1/check-ins/keys', (c) => c.json(deps.keys.published, 200, { 'cache-control': 'public, max-age=300' }));

  app.get('/v1/check-ins/revocations', async (c) => {
    const performance = await requirePerformance(
      { catalogue: deps.browseCatalogue },
      c.req.query('performanceId') ?? '',
    );
    const read = () => readRevokedTickets(deps.browseSql, performance.id);
    const tickets = await withinDeadline(deps.browseSql, read);
    const [nowMs, issuer] = [deps.clock.nowMs(), deps.config.origin];
    const list = await signRevocationList(deps.keys.signing, {
      issuer,
      performanceId: performance.id,
      ticketIds: tickets.map(({ id }) => id),
      transferred: tickets.filter(({ isTransferred }) => isTransferred).map(({ id }) => id),
      nowMs,
    });
    const view: RevocationsView = { performanceId: performance.id, issuedAt: isoTime(nowMs), list };
    return c.json(view, 200, { 'cache-control': 'public, max-age=5' });
  });
}

const toScans = ({ scans, performanceId, gate }: OfflineScans, actor: string, nowMs: number): GateScan[] =>
  scans.map(({ scanId, code, scannedAt }) => {
    const at = Math.min(Date.parse(scannedAt), nowMs + CLOCK_SKEW_MS);
    return { scanId, code, performanceId, gate, scannedAt: new Date(at), actor, isOffline: true };
  });

/** One after the other from the earliest on, so that of two scans of one ticket the first counts. */
async function handIn(tx: Transaction, keys: EntryTicketKeys, scans: GateScan[]): Promise<OfflineScanView[]> {
  const inOrder = scans.toSorted((a, b) => a.scannedAt.getTime() - b.scannedAt.getTime());
  const views = new Map<string, OfflineScanView>();
  for (const { scanId, view } of await checkInAll(tx, keys, inOrder))
    views.set(scanId, { scanId, ...view, conflict: view.result !== 'admit' });
  return scans.flatMap(({ scanId }) => views.get(scanId) ?? []);
}
