import { afterEach, expect, it, vi } from 'vitest';
import { show, type TurnstileApi } from './turnstile-widget.ts';

afterEach(() => void vi.useRealTimers());
// Only handed through to the widget.
const container = {} as HTMLElement;
const task = { siteKey: 'site-key', room: 'demo' };

const fakeApi = (act: (options: Record<string, unknown>) => void) => {
  const removed: string[] = [];
  const drawn: Record<string, unknown>[] = [];
  const api: TurnstileApi = {
    render(_container, options) {
      drawn.push(options);
      act(options);
      return 'widget-1';
    },
    remove: (id) => void removed.push(id),
  };
  return { api, removed, drawn };
};
const call = (options: Record<string, unknown>, name: string, ...args: unknown[]) => {
  const handler = options[name];
  if (typeof handler === 'function') Reflect.apply(handler, null, args);
};

it('the widget is drawn for the room and gives its token, also at once', async () => {
  const { api, removed, drawn } = fakeApi((options) => call(options, 'callback', 'token-1'));
  expect(await show(api, container, task)).toBe('token-1');
  expect(drawn).toEqual([expect.objectContaining({ sitekey: 'site-key', cData: 'demo' })]);
  expect(removed).toEqual(['widget-1']);
});

it('a widget that fails, or is left alone for two minutes, gives none and goes away', async () => {
  const failing = fakeApi((options) => call(options, 'error-callback'));
  expect(await show(failing.api, container, task)).toBeNull();
  vi.useFakeTimers();
  const silent = fakeApi(() => {});
  const answer = show(silent.api, container, task);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await answer).toBeNull();
  expect(silent.removed).toEqual(['widget-1']);
});
