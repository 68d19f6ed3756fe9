import { roomPatchSchema, type RoomView } from '../../contracts/room-settings.ts';
import type { Transaction } from '../../db/connect.ts';
import { listAudit } from '../../db/queries/audit.ts';
import { readPerformanceIds, type RoomRow } from '../../db/queries/operator-rooms.ts';
import { listRooms } from '../../db/queries/rooms.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { invalidRequest, readJson } from '../http/json-body.ts';
import { readOptionalBody } from '../http/optional-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { changeSettings, setPaused } from './change-room.ts';
import { readRoomStats } from './room-stats.ts';
import { toRoomView } from './room-settings.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
/** Entries of one page of the audit trail. */
const AUDIT_PAGE = 50;
const ROOM = /^[a-z0-9][a-z0-9-]{0,47}$/;

/** What operators do: look at rooms, change their settings, stop and resume admission, read who changed what. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/operator/rooms', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const rooms = await withinDeadline(deps.browseSql, () => listRooms(deps.browseSql));
    const performances = await withinDeadline(deps.browseSql, () =>
      readPerformanceIds(
        deps.browseSql,
        rooms.map((room) => room.id),
      ),
    );
    return c.json(
      { items: rooms.map((room) => toRoomView(room, performances.get(room.id) ?? [])), next: null },
      200,
      NO_STORE,
    );
  });

  app.get('/v1/operator/rooms/:room', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const row = await findRoom(deps, c.req.param('room'));
    const performances = await withinDeadline(deps.browseSql, () => readPerformanceIds(deps.browseSql, [row.id]));
    return sendRoom(c, toRoomView(row, performances.get(row.id) ?? []));
  });

  app.patch('/v1/operator/rooms/:room', async (c) => {
    const operator = await requireOperator(deps, c.req.raw.headers, 'operator');
    const expected = readIfMatch(c.req.header('if-match'));
    const patch = await readJson(c.req.raw, roomPatchSchema);
    const room = c.req.param('room');
    const change = (tx: Transaction) => changeSettings(tx, room, patch, expected, operator.sub);
    return sendRoom(c, await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, change, turn)));
  });

  for (const [action, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    app.post(`/v1/operator/rooms/:room/${action}`, async (c) => {
      const operator = await requireOperator(deps, c.req.raw.headers, 'operator');
      const key = requireIdempotencyKey(c.req.raw.headers);
      const room = c.req.param('room');
      const hash = bodyHash(`POST /v1/operator/rooms/${room}/${action}`, await readOptionalBody(c.req.raw));
      const keyed = { caller: `operator:${operator.sub}`, key, bodyHash: hash, credential: null };
      const work = async (tx: Parameters<typeof setPaused>[0]) => ({
        status: 200,
        body: await setPaused(tx, room, paused, operator.sub),
      });
      return sendAnswer(await runIdempotent(deps, keyed, work));
    });
  }

  app.get('/v1/operator/rooms/:room/stats', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const row = await findRoom(deps, c.req.param('room'));
    return c.json(await withinDeadline(deps.browseSql, () => readRoomStats(deps, row)), 200, NO_STORE);
  });

  app.get('/v1/operator/audit', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    return c.json(await readAudit(deps, c.req.query('cursor') ?? null), 200, NO_STORE);
  });
}

async function findRoom(deps: Pick<CoreDeps, 'browseSql'>, room: string): Promise<RoomRow> {
  const rows = ROOM.test(room) ? await withinDeadline(deps.browseSql, () => listRooms(deps.browseSql)) : [];
  const row = rows.find((candidate) => candidate.id === room);
  if (row === undefined) throw new OperatingError('room_not_found');
  return row;
}

const sendRoom = (c: CoreContext, view: RoomView): Response =>
  c.json(view, 200, { ...NO_STORE, etag: `"${view.version}"` });

/** `If-Match: "<version>"`; absent or `*` accepts any version. Anything else can't match what we have: `stale`. */
function readIfMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const version = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  if (version === undefined) throw new OperatingError('stale');
  return Number(version);
}

async function readAudit(deps: Pick<CoreDeps, 'browseSql'>, cursor: string | null) {
  if (cursor !== null && !isId(cursor))
    throw invalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  const rows = await withinDeadline(deps.browseSql, () => listAudit(deps.browseSql, cursor, AUDIT_PAGE + 1));
  const items = rows.slice(0, AUDIT_PAGE).map(({ at, ...entry }) => ({ ...entry, at: isoTime(at.getTime()) }));
  return { items, next: rows.length > AUDIT_PAGE ? (items.at(-1)?.id ?? null) : null };
}
