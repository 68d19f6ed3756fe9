import * as v from 'valibot';
import { BOARD_FRESH_MS, boardSchema } from '../../contracts/board.ts';
import { answerWhole } from '../http/answer.ts';
import type { EdgeContext } from '../http/context.ts';
import { roomParameter } from '../rooms/room-parameter.ts';

/** Where a board lies in the shared cache: a host that resolves nowhere, so that no request from outside reaches it. */
export const boardCacheKey = (room: string): string => `https://board.onsale.invalid/${room}`;

/**
 * `GET board`: public, one second. From this isolate's memory, else from the cache it shares with its neighbours, else from the
 * store; an old board, or the last one while the store is away, has `stale: true`. Throws `room_not_found`, `room_recovering`,
 * `store_unavailable`.
 */
export async function serveBoard(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const text = (await fromCache(c, room)) ?? (await fromStore(c, room));
  return answerWhole(c, text, 200, { 'content-type': 'application/json', 'cache-control': 'public, max-age=1' });
}

/** A neighbour's board, unless this isolate has one of this second itself or the cached one is too old (judged by `at`). */
async function fromCache(c: EdgeContext, room: string): Promise<string | null> {
  const { cache, clock } = c.get('ports');
  const own = c.get('rooms').last(room);
  if (cache === null || (own !== undefined && clock.nowMs() - own.board.at < BOARD_FRESH_MS / 2)) return null;
  const text = await cache.get(boardCacheKey(room));
  if (text === null) return null;
  const board = v.safeParse(v.pipe(v.string(), v.parseJson(), boardSchema), text);
  return board.success && clock.nowMs() - board.output.at < BOARD_FRESH_MS / 2 ? text : null;
}

async function fromStore(c: EdgeContext, room: string): Promise<string> {
  return (await c.get('rooms').readOrLast(c.get('store'), room)).boardJson;
}
