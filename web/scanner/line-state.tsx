import { formatCount } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';
import type { GateState } from './gate-state.ts';
import type { PageKept } from './keep-page.ts';
import { lineWords, type Line } from './line-words.ts';

/** How this door stands to core, what it judges by, and what it has yet to hand in. */
export function LineState({ line, gate, pageKept }: { line: Line | null; gate: GateState; pageKept: PageKept }) {
  // It takes a moment to know; until then nothing is said that might be wrong.
  if (line === null) return null;
  const pending = gate.pending.length;
  const { isOld, text } = lineWords(line, gate.offlineSince, Date.now());
  return (
    <>
      {!line.isKept && <Notice kind="warning">This phone can’t keep what it scans. Don’t close this page.</Notice>}
      {gate.offlineSince === null ? (
        <p class="quiet small line-state">{text}</p>
      ) : (
        <Notice kind={isOld ? 'error' : 'warning'}>{text}</Notice>
      )}
      {pending > 0 && <p class="line-state">{formatCount(pending)} to hand in.</p>}
      {pageKept === 'no' && (
        <Notice kind="warning">
          This browser does not keep the page: without a network it goes on, but can’t be opened again. Leave it open.
        </Notice>
      )}
    </>
  );
}
