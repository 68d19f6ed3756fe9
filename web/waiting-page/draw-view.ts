import type { Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';
import { recallDraw, rememberDraw, type SeenDraw } from './draw-memory.ts';
import { checkOwnDraw, drawWords, publicDrawOf, type DrawResult, type PublicDraw } from './draw-result.ts';

/**
 * Keeps the page's "How the order was drawn" up to date. The fingerprint that was seen while the seed was secret is remembered in this
 * browser, so that a later one can be held against it, and so is the seed, since boards tell a round's for minutes only. A draw that
 * holds is computed once: its facts don't change any more.
 */
export function createDrawView(room: string): (board: Board, place: Place | null) => Promise<void> {
  const settled = new Map<string, DrawResult>();

  return async (board, place) => {
    const draw = publicDrawOf(board, place);
    if (draw === null || document.getElementById('draw') === null) return;
    const { promised, seed } = keepSeen(room, draw);
    setText('draw-commitment', draw.commitment ?? promised);
    setText('draw-seed', seed);
    const before = settled.get(draw.name);
    const result = before === 'holds' ? before : await checkOwnDraw({ ...draw, seed }, place, promised);
    settled.set(draw.name, result);
    const words = drawWords(result);
    setText('draw-result', words);
    document.getElementById('draw-result')?.toggleAttribute('hidden', words === null);
  };
}

/** The first fingerprint that came without its seed counts; a later one would be compared with it. */
function keepSeen(room: string, { name, commitment, seed }: PublicDraw): SeenDraw {
  const before = recallDraw(room, name);
  const promised = before.promised ?? (seed === null ? commitment : null);
  const seen = { promised, seed: seed ?? before.seed };
  if (seen.promised !== before.promised || seen.seed !== before.seed) rememberDraw(room, name, seen);
  return seen;
}

function setText(id: string, text: string | null): void {
  const element = document.getElementById(id);
  if (element !== null && text !== null) element.textContent = text;
}
