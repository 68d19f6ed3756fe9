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

/**
 * Checks the draw with nothing but what is public: the fingerprint is the one this page saw before the opening (`promised`, where it
 * saw one), the seed fits it, and the own score follows from the seed.
 */
export async function checkOwnDraw(board: Board, place: Place | null, promised: string | null): Promise<DrawResult> {
  const { draw } = board;
  if (draw?.seed === undefined) return 'not_yet';
  if (promised !== null && promised !== draw.commitment) return 'commitment_changed';
  if ((await drawCommitment(draw.seed)) !== draw.commitment) return 'seed_does_not_fit';
  const base = place === null ? undefined : board.lanes[place.lane]?.base;
  if (place?.score === undefined || base === undefined || Number.isInteger(Number(place.score))) return 'not_in_draw';
  // Compared as numbers: Redis writes all 17 digits, JavaScript as few as it needs.
  const score = await drawScore(draw.seed, place.ticketId, Number(base));
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
      return 'Attention: the fingerprint is not the one that was published before the opening.';
    case 'score_differs':
      return 'Attention: your place does not follow from the seed.';
  }
}
