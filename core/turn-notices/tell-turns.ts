import type { Board } from '../../contracts/board.ts';
import { scoreOnBoard } from '../../contracts/score-on-board.ts';
import {
  forgetRoomNotices,
  readToldRooms,
  readUndrawn,
  tellCalled,
  tellNear,
  writeDrawn,
} from '../../db/queries/turn-notices.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { readRoomInfo } from '../../redis/room/room-info.ts';
import type { CoreDeps } from '../deps.ts';
import { nearScore } from './near-score.ts';

type Deps = Pick<CoreDeps, 'sql' | 'scripts' | 'clock' | 'config' | 'log'>;

/** Rooms read at a time. */
const ROOMS = 200;
/** Rows told by one statement: some milliseconds of locks. What is left is told by the next turn. */
const ROWS = 500;
/** How soon before being let in somebody is told, ms: time to find the page again. */
const NEAR_MS = 5 * 60_000;
/** A board that is older tells of the past: nobody is told by it, ms. */
const OLDEST_BOARD_MS = 10_000;

/**
 * Tells those who asked for it that their turn is near, and again that they are called, by what the boards of their rooms say: a read of
 * Redis for each such room, and two ranges of scores for each of its lanes. Who waits without having asked costs nothing. Returns how many
 * wishes it took; a room that can't be read is left for the next turn.
 */
export async function tellTurns(deps: Deps): Promise<number> {
  let taken = 0;
  for (let afterId = ''; ;) {
    const rooms = await readToldRooms(deps.sql, afterId, ROOMS);
    for (const room of rooms) taken += await tryRoom(deps, room);
    const last = rooms.at(-1);
    if (last === undefined || rooms.length < ROOMS) return taken;
    afterId = last;
  }
}

async function tryRoom(deps: Deps, room: string): Promise<number> {
  try {
    return await tellRoom(deps, room);
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    deps.log.debug({ room, code: error.code }, 'a room’s board could not be read');
    return 0;
  }
}

async function tellRoom(deps: Deps, room: string): Promise<number> {
  const { sql, scripts, clock, config } = deps;
  const { board, name: roomName } = await readRoomInfo(scripts, room);
  if (board.phase === 'closed') return forgetRoomNotices(sql, room, ROWS);
  if (board.phase === 'lobby' || clock.nowMs() - board.at > OLDEST_BOARD_MS) return 0;
  await draw(deps, room, board);
  let taken = 0;
  for (const [lane, { calledTo }] of Object.entries(board.lanes)) {
    const range = { room, roomName, url: `${config.origin}/rooms/${room}`, lane, limit: ROWS };
    taken += await tellCalled(sql, { ...range, upTo: Number(calledTo) });
    const upTo = nearScore(board, lane, NEAR_MS);
    if (upTo !== null) taken += await tellNear(sql, { ...range, upTo });
  }
  return taken;
}

/** Gives scores to those who asked before theirs could be known, as soon as the board tells the seed. */
async function draw({ sql }: Deps, room: string, board: Board): Promise<void> {
  const undrawn = await readUndrawn(sql, room, ROWS);
  const drawn = await Promise.all(
    undrawn.map(async ({ id, ticketId, lane, round }) => {
      const score = await scoreOnBoard(board, { ticketId, lane, round: round ?? undefined });
      return score === null ? [] : [{ id, score }];
    }),
  );
  if (drawn.flat().length > 0) await writeDrawn(sql, drawn.flat());
}
