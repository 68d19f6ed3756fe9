import { expect, it } from 'vitest';
import { createSearchTurns, SEARCHES_AT_WORK } from './search-turns.ts';

/** Turns by a clock of the test, and as many searches at work as there may be, which `free` ends. */
function startBusy() {
  let nowMs = 0;
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const takeTurn = createSearchTurns(() => nowMs);
  const working = Array.from({ length: SEARCHES_AT_WORK }, () => takeTurn(() => ended));
  return {
    takeTurn,
    setTime: (ms: number) => void (nowMs = ms),
    async free() {
      end();
      await Promise.all(working);
    },
  };
}

it('lets who waited for long enough know, and does not search for them', async () => {
  const { takeTurn, setTime, free } = startBusy();
  const searched: string[] = [];
  const search = (name: string) => async () => void searched.push(name);
  const early = takeTurn(search('early')).catch((error: unknown) => error);
  setTime(300);
  const late = takeTurn(search('late'));
  setTime(600);
  await free();
  expect(await early).toMatchObject({ code: 'busy' });
  await late;
  expect(searched).toEqual(['late']);
});

it('takes only so many who wait, and again when they are gone', async () => {
  const { takeTurn, free } = startBusy();
  const waiting = Array.from({ length: 48 }, (_, n) => takeTurn(async () => n));
  await expect(takeTurn(async () => 48)).rejects.toMatchObject({ code: 'busy' });
  await free();
  expect(await Promise.all(waiting)).toEqual(Array.from({ length: 48 }, (_, n) => n));
  expect(await takeTurn(async () => 'again')).toBe('again');
});

it('goes on after a search that failed', async () => {
  const takeTurn = createSearchTurns();
  const fail = () => takeTurn(() => Promise.reject(new Error('no connection')));
  for (let n = 0; n < 5; n += 1) await expect(fail()).rejects.toThrow('no connection');
  expect(await takeTurn(async () => 'found')).toBe('found');
});
