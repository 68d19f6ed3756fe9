import type { Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';

/**
 * Within how long those who are near come back after a loss, in ms: far less than the 22 s that a `nearTo` stands on the board before
 * anybody is called up to it (WAITING-ROOM §3), and long enough that a whole lookahead is no herd.
 */
export const REJOIN_SPREAD_MS = 10_000;
/** Within how long those who were called before the loss answer again, in ms: their call has a new window of 6 s. */
export const ANSWER_SPREAD_MS = 2000;

/** What a page has to do because the room lost its index: add its ticket again, or answer again. */
export type ReturnStep = 'rejoin' | 'answer';

export type EpochReturn = {
  /** The server has this ticket where it belongs, as of this epoch. */
  standsIn(epoch: number): void;
  /** The step that is due now, if any; one that is not followed by `standsIn` comes again. */
  due(place: Place, board: Board, nowMs: number): ReturnStep | null;
};

/**
 * A new epoch means that Redis lost who waits (WAITING-ROOM §5). The order is in the tickets, so nobody has to hurry: far from the
 * head a ticket is counted by arithmetic; who comes near adds it again, who was called answers again, each at a moment of their own.
 */
export function createEpochReturn(epoch: number | null, random: () => number): EpochReturn {
  let standing = epoch;
  let planned: { epoch: number; step: ReturnStep; atMs: number } | null = null;

  return {
    standsIn(now) {
      standing = now;
      planned = null;
    },
    due(place, board, nowMs) {
      // An older board than the one that told of this place comes from a cache that lags behind.
      if (standing === null || board.epoch <= standing || board.stale === true) return null;
      const step = stepOf(place, board);
      if (step === null) return null;
      if (planned?.epoch !== board.epoch || planned.step !== step)
        planned = { epoch: board.epoch, step, atMs: nowMs + random() * spreadOf(step) };
      if (nowMs < planned.atMs) return null;
      planned = { ...planned, atMs: nowMs + spreadOf(step) };
      return step;
    },
  };
}

const spreadOf = (step: ReturnStep): number => (step === 'rejoin' ? REJOIN_SPREAD_MS : ANSWER_SPREAD_MS);

function stepOf(place: Place, board: Board): ReturnStep | null {
  switch (place.state) {
    case 'waiting': {
      const nearTo = board.lanes[place.lane]?.nearTo;
      return place.score !== undefined && nearTo !== undefined && Number(place.score) <= Number(nearTo)
        ? 'rejoin'
        : null;
    }
    case 'called':
    case 'ready':
    case 'late':
      return 'answer';
    case 'lobby':
    case 'admitted':
    case 'active':
    case 'spent':
      return null;
  }
}
