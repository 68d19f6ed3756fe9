import type { PageWords } from './words.ts';

/** How often a changed position is spoken at most, in ms: a screen reader must not talk all the time. */
const SPEAK_EVERY_MS = 30_000;

/** The page's elements, kept up to date with what `toWords` says. Touches the document only where a text changed. */
export function createView() {
  let spokenHeadline: string | null = null;
  let spokenAtMs = 0;

  return (words: PageWords, nowMs: number): void => {
    document.title = words.title;
    show('headline', words.headline);
    show('notice', words.notice);
    show('message', words.message);
    show('ahead', words.ahead);
    show('estimate', words.estimate);
    show('next', words.next);
    show('position-number', words.position);
    hide('position', words.position === null);
    hide('join', words.action !== 'join');
    hide('enter', words.action !== 'enter');
    hide('leave', !words.canLeave);
    hide('tell', !words.canBeTold);
    const isNews = spokenHeadline !== words.headline;
    if (isNews || nowMs - spokenAtMs >= SPEAK_EVERY_MS) {
      const spoken = [words.headline, words.ahead, words.action === 'enter' ? words.next : null];
      // The first words stand in the page already; only changes are spoken.
      if (spokenHeadline !== null) show('spoken', spoken.filter((part) => part !== null).join('. '));
      [spokenHeadline, spokenAtMs] = [words.headline, nowMs];
    }
  };
}

function show(id: string, text: string | null): void {
  const element = document.getElementById(id);
  if (element !== null && element.textContent !== (text ?? '')) element.textContent = text ?? '';
  hide(id, text === null);
}

function hide(id: string, hidden: boolean): void {
  const element = document.getElementById(id);
  if (element !== null && element.hidden !== hidden) element.hidden = hidden;
}
