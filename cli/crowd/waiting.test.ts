import { describe, expect, it } from 'vitest';
import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import type { Board, BoardLane } from '../../contracts/board.ts';
import { drawScore } from '../../contracts/draw.ts';
import { placeOf } from '../../contracts/place.fixture.ts';
import type { Place } from '../../contracts/place.ts';
import { createManualClock } from '../../platform/clock.ts';
import { dealCharacter, type Character } from './character.ts';
import { hearBoard, hearPlace, nextLineStep, type InLine } from './waiting.ts';

const START = 1_700_000_000_000;
const board = (lane: Partial<BoardLane> = {}, rest: Partial<Board> = {}): Board =>
  boardOf({
    at: START,
    lanes: { general: laneOf({ calledTo: '100', nearTo: '500', admittedTo: '50', ...lane }) },
    ...rest,
  });
const place = (rest: Partial<Place> = {}): Place =>
  placeOf({
    score: '600',
    position: 500,
    ahead: 499,
    pollAfterMs: 20_000,
    now: new Date(START).toISOString(),
    ...rest,
  });
const inLine = (rest: Partial<InLine> = {}): InLine => ({
  place: place(),
  board: board(),
  joinedAtMs: START,
  sleepsUntilMs: null,
  lastAskMs: 0,
  askAtMs: null,
  ...rest,
});
const who = (patience: Character['patience'] = { kind: 'stays' }): Character => ({
  ...dealCharacter(1, 1, 0),
  patience,
});

describe('a visitor in line', () => {
  it('looks at the board every 20 s while far and every 2 s while near', () => {
    expect(nextLineStep(who(), inLine(), START)).toEqual({ kind: 'look', afterMs: 20_000 });
    const near = inLine({ place: place({ score: '500' }) });
    expect(nextLineStep(who(), near, START)).toEqual({ kind: 'look', afterMs: 2000 });
  });

  it('answers when the call reaches its score, and not one place earlier', () => {
    expect(nextLineStep(who(), inLine({ place: place({ score: '100' }) }), START)).toEqual({ kind: 'ask' });
    expect(nextLineStep(who(), inLine({ place: place({ score: '101' }) }), START).kind).toBe('look');
  });

  it('never asks on the strength of a board that is marked stale', () => {
    const me = inLine({ place: place({ score: '100' }), board: board({}, { stale: true }) });
    expect(nextLineStep(who(), me, START)).toEqual({ kind: 'look', afterMs: 2000 });
  });

  it('repeats the answer when the store wants it again, to the millisecond', () => {
    const clock = createManualClock(START);
    const me = inLine({ place: place({ score: '90' }), board: board({ admittedTo: '10' }), lastAskMs: START });
    hearPlace(me, place({ score: '90', state: 'ready', againMs: 5000 }), clock.nowMs());
    expect(nextLineStep(who(), me, clock.nowMs())).toEqual({ kind: 'look', afterMs: 2000 });
    clock.advance(4999);
    expect(nextLineStep(who(), me, clock.nowMs()).kind).toBe('look');
    clock.advance(1);
    expect(nextLineStep(who(), me, clock.nowMs())).toEqual({ kind: 'ask' });
  });

  it('asks at once when people of its score, or as late as it, are let in', () => {
    const ready = inLine({ place: place({ score: '50', state: 'ready' }) });
    expect(nextLineStep(who(), ready, START)).toEqual({ kind: 'ask' });
    const late = (lateTo: number) =>
      inLine({ place: place({ score: '20', state: 'late', lateAt: START }), board: board({ lateTo }) });
    expect(nextLineStep(who(), late(START), START)).toEqual({ kind: 'ask' });
    expect(nextLineStep(who(), late(START - 1), START).kind).toBe('look');
  });

  it('gives up when its patience ends, but not once it is admitted', () => {
    const impatient = who({ kind: 'gives_up', afterMs: 7000 });
    expect(nextLineStep(impatient, inLine(), START + 6000)).toEqual({ kind: 'look', afterMs: 1000 });
    expect(nextLineStep(impatient, inLine(), START + 7000)).toEqual({ kind: 'give_up' });
    const admitted = inLine({ place: place({ state: 'admitted' }) });
    expect(nextLineStep(impatient, admitted, START + 7000)).toEqual({ kind: 'ask' });
  });

  it('sleeps through the first call once, then answers', () => {
    const sleeper = who({ kind: 'sleeps', forMs: 9000 });
    const me = inLine({ place: place({ score: '100' }) });
    expect(nextLineStep(sleeper, me, START)).toEqual({ kind: 'sleep', forMs: 9000 });
    me.sleepsUntilMs = START + 9000;
    expect(nextLineStep(sleeper, me, START + 8999)).toEqual({ kind: 'sleep', forMs: 1 });
    expect(nextLineStep(sleeper, me, START + 9000)).toEqual({ kind: 'ask' });
  });

  it('learns its score from the draw once the lobby has opened', async () => {
    const { score: _, ...unscored } = place({ state: 'lobby' });
    const me = inLine({ place: unscored });
    await hearBoard(me, board({ base: '10' }, { phase: 'lobby', draw: { commitment: 'x' } }));
    expect(me.place.score).toBeUndefined();
    await hearBoard(me, board({ base: '10' }, { draw: { commitment: 'x', seed: 'seed' } }));
    expect(me.place).toMatchObject({ state: 'waiting', score: String(await drawScore('seed', unscored.ticketId, 10)) });
  });

  it('keeps a score that a later answer does not repeat', () => {
    const me = inLine();
    const { score: _, ...unscored } = place({ state: 'ready' });
    hearPlace(me, unscored, START);
    expect(me.place).toMatchObject({ score: '600', state: 'ready' });
  });
});
