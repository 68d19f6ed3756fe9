/** What `GET challenge` tells in a room that asks for Turnstile. */
export type TurnstileTask = { kind: 'turnstile'; siteKey: string };

/** The part of Turnstile's script that is used (developers.cloudflare.com/turnstile, "Client-side rendering"). */
export type TurnstileApi = {
  render(container: HTMLElement, options: Record<string, unknown>): string;
  remove(id: string): void;
};
declare global {
  var turnstile: TurnstileApi | undefined;
}

/** How long the widget's script may take to load, in ms; then the visitor is told that it did not work. */
const LOAD_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** How long a visitor may take over the widget, in ms. */
const SOLVE_MS = 120_000;

/** Shows the widget until it gives a token, good for one join of the room; null when it does not. */
export async function solveTurnstile(siteKey: string, room: string): Promise<string | null> {
  const container = document.getElementById('turnstile');
  const api = await loaded();
  return container === null || api === null ? null : show(api, container, { siteKey, room });
}

/** Draws the widget, waits for its answer, and takes it away again. */
export function show(
  api: TurnstileApi,
  container: HTMLElement,
  { siteKey, room }: { siteKey: string; room: string },
): Promise<string | null> {
  return new Promise((resolve) => {
    const end = (token: string | null): void => {
      clearTimeout(timer);
      resolve(token);
      api.remove(id);
    };
    const timer = setTimeout(() => end(null), SOLVE_MS);
    const id = api.render(container, {
      sitekey: siteKey,
      cData: room,
      'response-field': false,
      // Both may come before `render` has returned its id.
      callback: (token: string) => setTimeout(() => end(token), 0),
      'error-callback': () => setTimeout(() => end(null), 0),
    });
  });
}

async function loaded(): Promise<TurnstileApi | null> {
  for (let waitedMs = 0; waitedMs < LOAD_MS; waitedMs += LOOK_EVERY_MS) {
    if (globalThis.turnstile !== undefined) return globalThis.turnstile;
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_EVERY_MS);
    });
  }
  return null;
}
