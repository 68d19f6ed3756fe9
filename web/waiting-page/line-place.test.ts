import { describe, expect, it } from 'vitest';
import type { Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';
import { isOlder, isTimeToAsk, placeByDraw, placeFromServer, placeOnBoard } from './line-place.ts';
import { board, lane, place } from './waiting.fixture.ts';

const withLane = (more: Partial<typeof lane>): Board => ({ ...board, lanes: { general: { ...lane, ...more } } });

describe('the place on a board', () => {
  it('follows the marks and the rate', () => {
    expect(placeOnBoard(place, board)).toMatchObject({ ahead: 500, position: 501, estimatedWaitMs: 250_000 });
  });

  it('never rises within an epoch, and may in a new one', () => {
    const before = { ...place, ahead: 400, position: 401 };
    expect(placeOnBoard(before, board)).toMatchObject({ ahead: 400, position: 401 });
    expect(placeOnBoard(before, { ...board, epoch: 2 })).toMatchObject({ ahead: 500, epoch: 2 });
  });

  it('as the server tells it does not rise either, unless the state changed', () => {
    const before = { ...place, ahead: 4, position: 5 };
    const told = { ...place, ahead: 6, position: 7 };
    expect(placeFromServer(before, told)).toMatchObject({ ahead: 4, position: 5 });
    expect(placeFromServer(before, { ...told, state: 'late' })).toMatchObject({ ahead: 6 });
  });
});

it('an older board is known by epoch and tick, and the same tick shown again is not older', () => {
  expect(isOlder({ ...board, tick: 4 }, board)).toBe(true);
  expect(isOlder({ ...board, tick: 5, stale: true }, board)).toBe(false);
  expect(isOlder({ ...board, epoch: 2, tick: 1 }, board)).toBe(false);
  expect(isOlder({ ...board, tick: 9 }, { ...board, epoch: 2, tick: 1 })).toBe(true);
});

describe('time to ask', () => {
  const quiet = { lastAskMs: 0, askAtMs: null };
  const now = 1_000_000;
  it.each([
    ['waiting and not called', { ...place }, board, quiet, false],
    ['called', { ...place, score: '100' }, board, quiet, true],
    [
      'called a moment after asking',
      { ...place, score: '100' },
      board,
      { lastAskMs: now - 1999, askAtMs: null },
      false,
    ],
    [
      'in the lobby',
      { ...place, state: 'lobby' as const, score: '1' },
      { ...board, phase: 'lobby' as const },
      quiet,
      false,
    ],
    ['ready and not reached', { ...place, state: 'ready' as const, score: '80' }, board, quiet, false],
    [
      'ready, its time to repeat',
      { ...place, state: 'ready' as const, score: '80' },
      board,
      { lastAskMs: now, askAtMs: now },
      true,
    ],
    [
      'ready, a moment before',
      { ...place, state: 'ready' as const, score: '80' },
      board,
      { lastAskMs: now, askAtMs: now + 1 },
      false,
    ],
    [
      'ready and reached',
      { ...place, state: 'ready' as const, score: '80' },
      withLane({ admittedTo: '80' }),
      quiet,
      true,
    ],
    [
      'late and not reached',
      { ...place, state: 'late' as const, lateAt: 500, score: '40' },
      withLane({ lateTo: 499 }),
      quiet,
      false,
    ],
    [
      'late and reached',
      { ...place, state: 'late' as const, lateAt: 500, score: '40' },
      withLane({ lateTo: 500 }),
      quiet,
      true,
    ],
    ['admitted', { ...place, state: 'admitted' as const }, board, quiet, true],
    ['spent', { ...place, state: 'spent' as const, score: '1' }, board, quiet, false],
  ])('%s', (_name, who, seen, memory, expected) => {
    expect(isTimeToAsk(who, seen, memory, now)).toBe(expected);
  });
});

describe('a place of a round', () => {
  const { score: _score, ...unscored } = place;
  const drawn: Place = { ...unscored, round: { minute: 30_000_000, base: 100 } };
  const at = (ms: number, rounds: Board['rounds'] = []): Board => ({ ...board, at: board.at + ms, rounds });

  it('asks nobody before the round is over, then takes its score from the board', async () => {
    const promised = [{ minute: 30_000_000, commitment: 'c' }];
    expect(await placeByDraw(drawn, at(59_999, promised))).toEqual({ place: drawn, ask: false });
    const told = await placeByDraw(drawn, at(60_000, [{ minute: 30_000_000, seed: 's' }]));
    expect(told.ask).toBe(false);
    expect(Number(told.place.score)).toBeGreaterThanOrEqual(100);
    expect(Number(told.place.score)).toBeLessThan(101);
  });

  it('asks the server when the board has forgotten the seed', async () => {
    expect(await placeByDraw(drawn, at(600_000))).toEqual({ place: drawn, ask: true });
  });

  it('answers a call of the whole round although its score is secret, and no call of a part', () => {
    const never = { lastAskMs: 0, askAtMs: null };
    expect(isTimeToAsk(drawn, withLane({ calledTo: '100.9999' }), never, 10_000)).toBe(false);
    expect(isTimeToAsk(drawn, withLane({ calledTo: '101' }), never, 10_000)).toBe(true);
  });
});
