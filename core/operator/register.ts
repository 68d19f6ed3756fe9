import type { RoomView } from '../../contracts/operator-rooms.ts';
import { roomIdSchema, roomPatchSchema } from '../../contracts/room-settings.ts';
import type { OperatorRole } from '../../contracts/token-claims.ts';
import type { Transaction } from '../../db/connect.ts';
import { listAudit } from '../../db/queries/audit.ts';
import { pageOfRoomIds, readPerformanceIds, type RoomRow } from '../../db/queries/operator-rooms.ts';
import { listRooms } from '../../db/queries/rooms.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { invalidRequest, parseBody, readJson } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { changeSettings } from './change-room.ts';
import { readIfMatch } from './if-match.ts';
import { registerBookings } from './register-bookings.ts';
import { registerOrders } from './register-orders.ts';
import { registerReconciliations } from './register-reconciliations.ts';
import { registerWebhooks } from './register-webhooks.ts';
import { readRoomStats } from './room-stats.ts';
import { toRoomView } from './room-settings.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
/** Entries of one page of the audit trail, rooms of one page of the list. */
const AUDIT_PAGE = 50;
const ROOM_PAGE = 50;
const ROOM = /^[a-z0-9][a-z0-9-]{0,47}$/;

/** What operators read, and the settings they change; what they do by a word is in `registerOrders`. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/operator/rooms', async (c) => {
    const { role } = await requireOperator(deps, c.req.raw.headers, 'viewer');
    const cursor = c.req.query('cursor') ?? null;
    return c.json(await withinDeadline(deps.browseSql, () => readRooms(deps, cursor, role)), 200, NO_STORE);
  });

  app.get('/v1/operator/rooms/:room', async (c) => {
    const { role } = await requireOperator(deps, c.req.raw.headers, 'viewer');
    const row = await findRoom(deps, c.req.param('room'));
    const performances = await withinDeadline(deps.browseSql, () => readPerformanceIds(deps.browseSql, [row.id]));
    const view = toRoomView(row, performances.get(row.id) ?? [], deps.clock.nowMs());
    return sendRoom(c, shownTo(role, view));
  });

  app.patch('/v1/operator/rooms/:room', async (c) => {
    const operator = await requireOperator(deps, c.req.raw.headers, 'operator');
    const expected = readIfMatch(c.req.header('if-match'));
    const patch = await readJson(c.req.raw, roomPatchSchema);
    const changer = { actor: operator.sub, nowMs: deps.clock.nowMs() };
    const room = c.req.param('room');
    const change = (tx: Transaction) => changeSettings(tx, room, patch, expected, changer);
    return sendRoom(c, await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, change, turn)));
  });

  registerOrders(app, deps);
  registerReconciliations(app, deps);
  registerBookings(app, deps);
  registerWebhooks(app, deps);

  app.get('/v1/operator/rooms/:room/stats', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const row = await findRoom(deps, c.req.param('room'));
    return c.json(await withinDeadline(deps.browseSql, () => readRoomStats(deps, row)), 200, NO_STORE);
  });

  app.get('/v1/operator/audit', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const { cursor, room, subject } = c.req.query();
    return c.json(await readAudit(deps, { cursor, room, subject }), 200, NO_STORE);
  });
}

async function findRoom(deps: Pick<CoreDeps, 'browseSql'>, room: string): Promise<RoomRow> {
  const rows = ROOM.test(room) ? await withinDeadline(deps.browseSql, () => listRooms(deps.browseSql)) : [];
  const row = rows.find((candidate) => candidate.id === room);
  if (row === undefined) throw new OperatingError('room_not_found');
  return row;
}

async function readRooms(deps: Pick<CoreDeps, 'browseSql' | 'clock'>, cursor: string | null, role: OperatorRole) {
  if (cursor !== null && !ROOM.test(cursor)) throw notOfThisList();
  const ids = await pageOfRoomIds(deps.browseSql, cursor, ROOM_PAGE + 1);
  const page = ids.slice(0, ROOM_PAGE);
  const [rooms, performances] = await Promise.all([
    listRooms(deps.browseSql),
    readPerformanceIds(deps.browseSql, page),
  ]);
  const items = rooms
    .filter((room) => page.includes(room.id))
    .map((room) => shownTo(role, toRoomView(room, performances.get(room.id) ?? [], deps.clock.nowMs())));
  return { items, next: ids.length > ROOM_PAGE ? (page.at(-1) ?? null) : null };
}

/** A lane's codes let people in, so only those see them who may change them. */
function shownTo(role: OperatorRole, view: RoomView): RoomView {
  if (role !== 'viewer') return view;
  return { ...view, lanes: view.lanes.map(({ codes: _codes, ...lane }) => lane) };
}

const sendRoom = (c: CoreContext, view: RoomView): Response =>
  c.json(view, 200, { ...NO_STORE, etag: `"${view.version}"` });

const notOfThisList = () => invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);

/** What an entry of the trail is about: a kind and an id. */
const SUBJECT = /^[a-z-]{1,20}:[\w-]{1,80}$/;

type AuditQuery = { cursor?: string | undefined; room?: string | undefined; subject?: string | undefined };

async function readAudit(deps: Pick<CoreDeps, 'browseSql'>, { cursor, room, subject: named }: AuditQuery) {
  if (cursor !== undefined && !isId(cursor)) throw notOfThisList();
  if (named !== undefined && !SUBJECT.test(named))
    throw invalidRequest([{ path: 'subject', message: 'is a kind and an id, as performance:gala' }]);
  const subject = room === undefined ? (named ?? null) : `room:${parseBody(roomIdSchema, room)}`;
  const page = { cursor: cursor ?? null, subject, limit: AUDIT_PAGE + 1 };
  const rows = await withinDeadline(deps.browseSql, () => listAudit(deps.browseSql, page));
  const items = rows.slice(0, AUDIT_PAGE).map(({ at, ...entry }) => ({ ...entry, at: isoTime(at.getTime()) }));
  return { items, next: rows.length > AUDIT_PAGE ? (items.at(-1)?.id ?? null) : null };
}
