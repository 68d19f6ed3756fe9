import type { NotificationChannels } from '../../contracts/push.ts';
import { canPush, isPushForbidden, subscribeToPush } from '../shared/push-browser.ts';

/**
 * "Tell me when it is near": loaded when somebody opens it, so that whoever only waits loads and asks nothing. A wish goes to core with
 * the token of a minute by which sockets begin; nothing is asked of the browser before its button is pressed.
 */
const CORE = '/api/core/v1';
const TIMEOUT_MS = 8000;

const form = document.querySelector<HTMLFormElement>('#tell-form');
const room = /\/rooms\/([^/?#]+)/.exec(location.pathname)?.[1];
if (form !== null && room !== undefined) void start(form, room);

async function start(tell: HTMLFormElement, own: string): Promise<void> {
  const email = tell.querySelector<HTMLInputElement>('#tell-email');
  const push = document.querySelector<HTMLButtonElement>('#tell-push');
  const channels = await ask<NotificationChannels>(`${CORE}/notification-channels`, 'GET');
  const publicKey = canPush() ? channels.body?.push?.publicKey : undefined;
  if (channels.body?.mail !== true && publicKey === undefined)
    return say(channels.ok ? 'This shop sends no such messages.' : NO_ANSWER);
  tell.hidden = channels.body?.mail !== true;
  tell.addEventListener('submit', (event) => {
    event.preventDefault();
    if (email === null) return;
    email.toggleAttribute('aria-invalid', false);
    if (!email.checkValidity()) {
      email.setAttribute('aria-invalid', 'true');
      email.focus();
      return say('Please enter an address like name@example.org.');
    }
    void leaveWish(own, { email: email.value.trim() });
  });
  if (push === null || publicKey === undefined) return undefined;
  push.hidden = false;
  push.addEventListener('click', () => void askBrowser(own, publicKey));
  return undefined;
}

async function askBrowser(own: string, publicKey: string): Promise<void> {
  try {
    const subscription = await subscribeToPush(publicKey);
    if (subscription !== null) return await leaveWish(own, { subscription });
    say(isPushForbidden() ? 'Your browser does not let this site tell you anything.' : 'Nothing was changed.');
  } catch {
    // The browser's push service is away, or it has none.
    say('Your browser could not do that now.');
  }
}

async function leaveWish(own: string, wish: object): Promise<void> {
  say('One moment…');
  const place = await ask<{ token: string }>(`/api/rooms/${own}/feed-tokens`, 'POST', {});
  if (place.body === null) return say(NO_ANSWER);
  const told = await ask(`${CORE}/turn-notices`, 'POST', wish, {
    authorization: `Bearer ${place.body.token}`,
    'idempotency-key': `${Date.now()}-${Math.random().toString(36).slice(2)}`,
  });
  if (told.ok)
    return say(
      'Done. We tell you some minutes before your turn, and again when it comes. Keep your place: this browser has it.',
    );
  say(WORDS[told.code] ?? NO_ANSWER);
}

const NO_ANSWER = 'That did not work just now. Try again in a moment.';
const WORDS: Readonly<Record<string, string>> = {
  invalid_request: 'Please look at the address again.',
  rate_limited: 'That was asked for too often. Try again later.',
};

function say(text: string): void {
  const note = document.querySelector('#tell-note');
  if (note !== null) note.textContent = text;
}

type Told<T> = { ok: boolean; code: string; body: T | null };

async function ask<T>(
  path: string,
  method: string,
  fields?: object,
  headers: Record<string, string> = {},
): Promise<Told<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(fields === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(fields === undefined ? {} : { body: JSON.stringify(fields) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await response.json();
    // The page trusts its own server's schemas, which are checked where they are made.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one place, at the rim, for answers of our own server
    if (response.ok) return { ok: true, code: '', body: body as T };
    const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
    return { ok: false, code, body: null };
  } catch {
    // Offline, timed out, or a proxy's page instead of ours: all of them mean "try again".
    return { ok: false, code: 'no_answer', body: null };
  }
}
