import type { Board } from '../../contracts/board.ts';
import { escapeHtml } from './escape-html.ts';

const LOBBY = `Everyone who came before the opening is put in a random order. We fixed it before anyone could join: this fingerprint was published
then, and the seed it belongs to is published at the opening.`;
const ROUNDS = `Everyone who joins within the same minute is put in a random order. We fix it before the minute begins: its fingerprint is
published then, and the seed it belongs to when the minute is over.`;

/**
 * "How the order was drawn", for rooms with a lobby or with rounds: what was promised before, the seed once it is out, and an empty line
 * for the result, which only a script can compute. Without script the public call tells the same.
 */
export function renderDraw(page: { room: string; board: Board | null; opensAtMs: number | null }): string {
  const { board, opensAtMs } = page;
  const lobby = opensAtMs === null ? undefined : board?.draw;
  const drawn = [...(lobby === undefined ? [] : [LOBBY]), ...(board?.rounds === undefined ? [] : [ROUNDS])];
  if (drawn.length === 0) return '';
  return `<details class="draw" id="draw">
<summary>How the order was drawn</summary>
${drawn.map((text) => `<p>${text}</p>`).join('\n')}
<p>Fingerprint <code id="draw-commitment">${escapeHtml(lobby?.commitment ?? 'of your minute, when you have joined')}</code></p>
<p>Seed <code id="draw-seed">${escapeHtml(lobby?.seed ?? 'not yet published')}</code></p>
<p id="draw-result" hidden></p>
<p><a href="/api/rooms/${escapeHtml(page.room)}/draw">The same as data</a></p>
</details>`;
}
