import type { Board } from '../../contracts/board.ts';
import { drawCommitment, drawScore } from '../../contracts/draw.ts';
import type { Place } from '../../contracts/place.ts';

/** What the page found when it computed the draw by itself. */
export type DrawResult =
  | 'not_yet'
  | 'not_in_draw'
  | 'holds'
  | 'seed_does_not_fit'
  | 'commitment_changed'
  | 'score_differs';

/** What is public of the draw that concerns a visitor: the lobby's, or that of the round in which they joined. */
export type PublicDraw = {
  /** Names the draw within its room. */
  name: string;
  commitment: string | null;
  seed: string | null;
  /** The number to which the ticket's own part is added; null when it is not known, or there is no ticket. */
  base: number | null;
};

/** The draw that concerns this visitor as the board tells it; null where nobody is drawn. */
export function publicDrawOf(board: Board, place: Place | null): PublicDraw | null {
  if (place?.round === undefined) {
    // Who comes to a random room now will be drawn with their minute, not with the lobby.
    const tooLate = place === null && board.rounds !== undefined && board.phase !== 'lobby';
    if (board.draw === undefined || tooLate) return null;
    const base = place === null ? undefined : board.lanes[place.lane]?.base;
    const { commitment, seed = null } = board.draw;
    return { name: 'lobby', commitment, seed, base: base === undefined ? null : Number(base) };
  }
  const { minute, base } = place.round;
  const told = board.rounds?.find((round) => round.minute === minute);
  return { name: String(minute), commitment: told?.commitment ?? null, seed: told?.seed ?? null, base };
}

/**
 * Checks the draw with nothing but what is public: the fingerprint is the one this page saw before the seed was out (`promised`, where
 * it saw one), the seed fits it, and the own score follows from the seed.
 */
export async function checkOwnDraw(
  draw: PublicDraw,
  place: Place | null,
  promised: string | null,
): Promise<DrawResult> {
  const { seed, base } = draw;
  const commitment = draw.commitment ?? promised;
  if (seed === null || commitment === null) return 'not_yet';
  if (promised !== null && promised !== commitment) return 'commitment_changed';
  if ((await drawCommitment(seed)) !== commitment) return 'seed_does_not_fit';
  if (place?.score === undefined || base === null || Number.isInteger(Number(place.score))) return 'not_in_draw';
  // Compared as numbers: Redis writes all 17 digits, JavaScript as few as it needs.
  const score = await drawScore(seed, place.ticketId, base);
  return score === Number(place.score) ? 'holds' : 'score_differs';
}

/** The result in words; null says nothing. */
export function drawWords(result: DrawResult): string | null {
  switch (result) {
    case 'not_yet':
      return null;
    case 'not_in_draw':
      return 'The seed fits the fingerprint. Your own place was not drawn: you came after the opening.';
    case 'holds':
      return 'Checked by this page: the seed fits the fingerprint, and your place follows from it.';
    case 'seed_does_not_fit':
      return 'Attention: the seed does not fit the fingerprint.';
    case 'commitment_changed':
      return 'Attention: the fingerprint is not the one that was published before the draw.';
    case 'score_differs':
      return 'Attention: your place does not follow from the seed.';
  }
}
