import type { Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';
import { escapeHtml } from './escape-html.ts';
import { renderDraw } from './render-draw.ts';
import { renderHead } from './render-refusal.ts';
import { toWords, type PageNotice, type PageWords } from './words.ts';

export type { PageNotice };

export type WaitingPage = {
  room: string;
  /** What the visit's own addresses carry along: `?return=…`, or nothing. */
  query: string;
  roomName: string;
  place: Place | null;
  /** Null while nothing is known of the room. */
  board: Board | null;
  notice: PageNotice | null;
  /** When a page without script looks again, in seconds; null for pages that wait for nothing. */
  refreshSeconds: number | null;
  shopUrl: string;
  opensAtMs: number | null;
  /** Lanes that ask for a code: none of the room's, some, or every one. */
  codes: 'none' | 'some' | 'all';
  /** Turnstile's widget, in a room that asks for it. */
  turnstile: { siteKey: string; scriptUrl: string } | null;
};

/**
 * The waiting page as HTML. Pure. It says everything and works by two forms alone; `client.ts` finds its facts in the attributes of
 * `main` and keeps the same elements up to date. Nothing secret stands in it.
 */
export function renderWaitingPage(page: WaitingPage): string {
  const { room, roomName, place, board, refreshSeconds } = page;
  const opens = page.opensAtMs === null || board?.phase !== 'lobby' ? null : `at ${utcTime(page.opensAtMs)}`;
  const words = toWords({ roomName, place, board, notice: page.notice, opens });
  const again =
    refreshSeconds === null ? '' : `\n<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`;
  const widget =
    page.turnstile === null
      ? ''
      : `\n<script src="${escapeHtml(widgetScript(page.turnstile.scriptUrl))}" async></script>`;
  const script = '\n<script src="/waiting-page/client.js" type="module"></script>';
  const facts = { room, query: page.query, roomName, place, board, opensAtMs: page.opensAtMs, shopUrl: page.shopUrl };
  return `<!doctype html>
<html lang="en">
${renderHead(words.title, again + widget + script)}
<body>
<main class="room" data-visit="${escapeHtml(JSON.stringify(facts))}">
<p class="name">${escapeHtml(roomName)}</p>
<p class="notice" id="notice" role="status"${hiddenIf(words.notice === null)}>${escapeHtml(words.notice ?? '')}</p>
<p class="message" id="message" role="status"${hiddenIf(words.message === null)}>${escapeHtml(words.message ?? '')}</p>
<h1 id="headline">${escapeHtml(words.headline)}</h1>
<p class="position" id="position"${hiddenIf(words.position === null)}><span class="label">Your position</span> <strong id="position-number">${escapeHtml(words.position ?? '')}</strong></p>
<p id="ahead"${hiddenIf(words.ahead === null)}>${escapeHtml(words.ahead ?? '')}</p>
<p id="estimate"${hiddenIf(words.estimate === null)}>${escapeHtml(words.estimate ?? '')}</p>
<p class="next" id="next">${escapeHtml(words.next)}</p>
<p class="hidden-text" id="spoken" role="status" aria-live="polite"></p>
${renderForms(page, words)}
${TELL_ME}
${renderDraw(page)}
</main>
</body>
</html>
`;
}

/** Needs the page's script, which shows it to those who wait; its own script is loaded when it is opened. */
const TELL_ME = `<details class="tell" id="tell" hidden><summary>Tell me when it is near</summary>
<p class="next">Close this page if you like: some minutes before your turn you get a message. Come back with this browser then: it has your place, and who is not there when called waits longer.</p>
<form id="tell-form" novalidate hidden><p class="field"><label for="tell-email">E-mail</label><input id="tell-email" name="email" type="email" required maxlength="254" autocomplete="email" aria-describedby="tell-note"></p><button class="button">Send me a mail</button></form>
<button class="button" id="tell-push" type="button" hidden>Tell me in this browser</button>
<p id="tell-note" role="status"></p></details>`;

function renderForms({ room, query, codes, turnstile }: WaitingPage, words: PageWords): string {
  const api = `/api/rooms/${escapeHtml(room)}`;
  return `<form id="join" method="post" action="${api}/tickets${escapeHtml(query)}"${hiddenIf(words.action !== 'join')}>${renderCode(codes)}${turnstile === null ? '' : NEEDS_SCRIPT}<button class="button">Join the line</button></form>
<form id="enter" method="post" action="${api}/passes${escapeHtml(query)}"${hiddenIf(words.action !== 'enter')}><button class="button">Enter</button></form>
<button class="quiet" id="leave" type="button" hidden>Give up my place</button>`;
}

/** The widget is drawn by the page's own script, when somebody wants to join. */
function widgetScript(url: string): string {
  const script = new URL(url);
  script.searchParams.set('render', 'explicit');
  return script.href;
}

const NEEDS_SCRIPT =
  '<div id="turnstile"></div><noscript><p class="next">Before you join, this room checks that you are no robot. That needs JavaScript.</p></noscript>';

function renderCode(codes: WaitingPage['codes']): string {
  if (codes === 'none') return '';
  const label = codes === 'all' ? 'Your code' : 'Your code, if you have one';
  return `<p class="field"><label for="code">${label}</label><input id="code" name="code" type="text" maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="notice"${codes === 'all' ? ' required' : ''}></p>`;
}

const hiddenIf = (hidden: boolean): string => (hidden ? ' hidden' : '');

/** Without script nobody knows the visitor's time zone, so the page names its own. */
const utcTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
