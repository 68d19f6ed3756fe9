import { describe, expect, it } from 'vitest';
import { boardOf, laneOf } from './board.fixture.ts';
import { pollAfterMs } from './board.ts';
import { drawScore, roundSeed } from './draw.ts';
import { isRoundOver, lastScoreOf, roundEndMs, roundMinuteAt } from './rounds.ts';
import { scoreOnBoard } from './score-on-board.ts';

const START = 1_800_000_000_000;
const MINUTE = 30_000_000;
const round = { minute: MINUTE, base: 7 };
const TICKET = { ticketId: 'AAAAAAAAAAAAAAAAAAAAAA', lane: 'general' };
const lane = laneOf({ base: '1', nearTo: '0' });
const board = boardOf({
  at: START + 10_000,
  lanes: { general: lane },
  draw: { commitment: 'c', seed: 'the seed of the lobby' },
});

describe('a round', () => {
  it('is the minute in which a join falls, and is over with its last millisecond', () => {
    expect(roundMinuteAt(START)).toBe(MINUTE);
    expect(roundMinuteAt(START + 59_999)).toBe(MINUTE);
    expect(roundMinuteAt(START + 60_000)).toBe(MINUTE + 1);
    expect(roundEndMs(MINUTE)).toBe(START + 60_000);
    expect(isRoundOver(MINUTE, START + 59_999)).toBe(false);
    expect(isRoundOver(MINUTE, START + 60_000)).toBe(true);
  });

  it('has a seed of its own, which another room’s or minute’s does not tell', async () => {
    const seeds = await Promise.all([
      roundSeed('secret', 'demo', MINUTE),
      roundSeed('secret', 'demo', MINUTE + 1),
      roundSeed('secret', 'other', MINUTE),
      roundSeed('another', 'demo', MINUTE),
    ]);
    expect(new Set(seeds).size).toBe(4);
    expect(await roundSeed('secret', 'demo', MINUTE)).toBe(seeds[0]);
  });

  it('holds scores between its base and the next number, exactly', async () => {
    const seed = await roundSeed('secret', 'demo', MINUTE);
    const highest = 2 ** 27 - 1;
    for (let i = 0; i < 200; i++) {
      const draw = await drawScore(seed, `ticket ${i}`, 0);
      expect(highest + draw - highest).toBe(draw);
      expect(highest + draw).toBeLessThanOrEqual(lastScoreOf({ minute: MINUTE, base: highest }));
    }
    expect(lastScoreOf(round)).toBeLessThan(8);
  });
});

describe('the score that a board gives', () => {
  it('to a ticket of a round is known when the board tells the round’s seed, and never the lobby’s', async () => {
    expect(await scoreOnBoard(board, { ...TICKET, round })).toBeNull();
    const promised = { ...board, rounds: [{ minute: MINUTE, commitment: 'c' }] };
    expect(await scoreOnBoard(promised, { ...TICKET, round })).toBeNull();
    const told = {
      ...board,
      rounds: [
        { minute: MINUTE, seed: 'seed' },
        { minute: MINUTE + 1, commitment: 'c' },
      ],
    };
    expect(await scoreOnBoard(told, { ...TICKET, round })).toBe(String(await drawScore('seed', TICKET.ticketId, 7)));
  });

  it('to a ticket of the lobby follows from the draw’s seed and the lane’s base', async () => {
    const drawn = await drawScore('the seed of the lobby', TICKET.ticketId, 1);
    expect(await scoreOnBoard(board, TICKET)).toBe(String(drawn));
  });
});

describe('who waits for the end of a round', () => {
  it('looks at the far pace, then at the end, then every two seconds until the seed is there', () => {
    expect(pollAfterMs(board, 'general', null, START + 10_000, round)).toBe(20_000);
    expect(pollAfterMs(board, 'general', null, START + 55_000, round)).toBe(5000);
    expect(pollAfterMs(board, 'general', null, START + 60_500, round)).toBe(1000);
    expect(pollAfterMs({ ...board, at: START + 60_000 }, 'general', null, START + 61_000, round)).toBe(2000);
  });
});
