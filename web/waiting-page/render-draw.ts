import type { Board } from '../../contracts/board.ts';
import { escapeHtml } from './escape-html.ts';

/**
 * "How the order was drawn", for rooms with a lobby: what was promised before, the seed once it is out, and an empty line for the
 * result, which only a script can compute. Without script the public call tells the same.
 */
export function renderDraw(page: { room: string; board: Board | null; opensAtMs: number | null }): string {
  const draw = page.board?.draw;
  if (draw === undefined || page.opensAtMs === null) return '';
  const { commitment, seed } = draw;
  return `<details class="draw" id="draw">
<summary>How the order was drawn</summary>
<p>Everyone who came before the opening is put in a random order. We fixed it before anyone could join: this fingerprint was published
then, and the seed it belongs to is published at the opening.</p>
<p>Fingerprint <code id="draw-commitment">${escapeHtml(commitment)}</code></p>
<p>Seed <code id="draw-seed">${escapeHtml(seed ?? 'not yet published')}</code></p>
<p id="draw-result" hidden></p>
<p><a href="/api/rooms/${escapeHtml(page.room)}/draw">The same as data</a></p>
</details>`;
}
