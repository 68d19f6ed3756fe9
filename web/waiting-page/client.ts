import { takeIdentity } from './brought-identity.ts';
import { SCRIPT_MARK } from './script-mark.ts';
import { Visit, type VisitData } from './visit.ts';

/** The page's script: takes over from what the server rendered. */
document.cookie = `${SCRIPT_MARK}=1; path=/rooms/; max-age=86400; samesite=lax`;

const data = document.querySelector('main')?.dataset['visit'];
if (data !== undefined) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own renderer a moment ago
  const visit = new Visit(JSON.parse(data) as VisitData);
  const identity = takeIdentity(location, history);
  const code = document.querySelector<HTMLInputElement>('#code');
  onSubmit('join', async () => {
    const typed = code?.value.trim() ?? '';
    await visit.join({ ...(identity === null ? {} : { identity }), ...(typed === '' ? {} : { code: typed }) });
    showCodeError(code, visit.notice === 'code_invalid');
  });
  onSubmit('enter', () => visit.ask());
  document.getElementById('leave')?.addEventListener('click', () => void visit.leave());
  document.getElementById('tell')?.addEventListener('toggle', loadTellMe, { once: true });
  visit.start();
}

/** Only who opens it needs it. */
function loadTellMe(): void {
  const script = document.createElement('script');
  script.type = 'module';
  script.src = '/waiting-page/tell-me.js';
  document.head.append(script);
}

function showCodeError(code: HTMLInputElement | null, isWrong: boolean): void {
  if (code === null) return;
  if (!isWrong) return code.removeAttribute('aria-invalid');
  code.setAttribute('aria-invalid', 'true');
  code.focus();
}

function onSubmit(id: string, act: () => Promise<void>): void {
  document.getElementById(id)?.addEventListener('submit', (event) => {
    event.preventDefault();
    void act();
  });
}
