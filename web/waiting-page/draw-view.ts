import type { Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';
import { checkOwnDraw, drawWords, type DrawResult } from './draw-result.ts';

/**
 * Keeps the page's "How the order was drawn" up to date. The fingerprint that was seen before the opening is remembered in this
 * browser, so that a later one can be held against it. The draw is computed once: its facts don't change any more.
 */
export function createDrawView(room: string): (board: Board, place: Place | null) => Promise<void> {
  const memory = `onsale-draw-${room}`;
  let settled: DrawResult = 'not_yet';

  return async (board, place) => {
    const element = document.getElementById('draw');
    if (element === null || board.draw === undefined) return;
    if (board.phase === 'lobby') remember(memory, board.draw.commitment);
    if (settled === 'holds') return;
    settled = await checkOwnDraw(board, place, recall(memory));
    const seed = document.getElementById('draw-seed');
    if (seed !== null && board.draw.seed !== undefined) seed.textContent = board.draw.seed;
    const words = drawWords(settled);
    const result = document.getElementById('draw-result');
    if (result === null) return;
    result.textContent = words ?? '';
    result.hidden = words === null;
  };
}

function remember(key: string, text: string): void {
  try {
    if (sessionStorage.getItem(key) === null) sessionStorage.setItem(key, text);
  } catch {
    // A browser that keeps nothing for us can't compare; the rest of the check stands.
  }
}

function recall(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
