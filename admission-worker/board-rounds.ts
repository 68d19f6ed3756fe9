import { drawCommitment, roundSeed } from '../contracts/draw.ts';
import { roundMinuteAt, type BoardRound } from '../contracts/rounds.ts';
import type { RoomRow } from '../db/queries/rooms.ts';
import type { TickResult } from '../redis/room/tick-room.ts';

/** Minutes whose seeds stay on the board: who looks every 20 s, or loses the connection for a while, still finds theirs. */
const TOLD_MINUTES = 2;

/**
 * The tick's board with what it may tell of rounds: the seeds of those that are over by Redis time, and the promise of this minute's and
 * the next one's (contracts/draw.ts). A room that does not draw, and has not for minutes, has none. The same for every worker.
 */
export async function withRounds(
  room: Pick<RoomRow, 'id' | 'queueingMethod' | 'roundSecret'>,
  result: TickResult,
): Promise<TickResult> {
  const now = roundMinuteAt(result.at);
  const latest = Math.max(0, ...Object.values(result.lanes).map(({ round }) => round));
  const until = room.queueingMethod === 'random' ? now + 1 : latest;
  const rounds: BoardRound[] = [];
  for (let minute = now - TOLD_MINUTES; minute <= until; minute += 1) {
    const seed = await roundSeed(room.roundSecret, room.id, minute);
    if (minute >= now) rounds.push({ minute, commitment: await drawCommitment(seed) });
    else if (minute <= latest) rounds.push({ minute, seed });
  }
  if (rounds.length === 0) return result;
  // A board is one JSON object: its text is added to, so that its numbers stay as the script wrote them.
  return { ...result, board: `${result.board.slice(0, -1)},"rounds":${JSON.stringify(rounds)}}` };
}
