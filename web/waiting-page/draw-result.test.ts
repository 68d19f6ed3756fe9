import { expect, it } from 'vitest';
import type { Board } from '../../contracts/board.ts';
import { drawCommitment, drawScore } from '../../contracts/draw.ts';
import type { Place } from '../../contracts/place.ts';
import { checkOwnDraw, drawWords } from './draw-result.ts';

const SEED = 'a seed';
const TICKET_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const lane = { base: '1', calledTo: '0', nearTo: '0', admittedTo: '0', lateTo: 0, waiting: 1, marks: [] };

async function facts(over: { seed?: string | null; score?: string } = {}): Promise<{ board: Board; place: Place }> {
  const seed = over.seed === undefined ? SEED : over.seed;
  const draw = { commitment: await drawCommitment(SEED), ...(seed === null ? {} : { seed }) };
  const score = over.score ?? String(await drawScore(SEED, TICKET_ID, 1));
  const board: Board = {
    room: 'demo',
    epoch: 1,
    tick: 1,
    at: 0,
    phase: 'open',
    lanes: { general: lane },
    active: 0,
    capacity: 1,
    admittedPerMinute: 0,
    waitTimeKnown: false,
    pollNearMs: 2000,
    pollFarMs: 20_000,
    draw,
  };
  const place: Place = {
    ticketId: TICKET_ID,
    room: 'demo',
    lane: 'general',
    state: 'waiting',
    score,
    position: 1,
    ahead: 0,
    estimatedWaitMs: null,
    pollAfterMs: 2000,
    boardUrl: '',
    epoch: 1,
    now: '',
  };
  return { board, place };
}

it('says nothing before the seed is out', async () => {
  const { board, place } = await facts({ seed: null });
  expect(await checkOwnDraw(board, place, null)).toBe('not_yet');
  expect(drawWords('not_yet')).toBeNull();
});

it('holds when seed, fingerprint and own place fit together', async () => {
  const { board, place } = await facts();
  expect(await checkOwnDraw(board, place, await drawCommitment(SEED))).toBe('holds');
});

it('tells each way of cheating apart', async () => {
  const { board, place } = await facts();
  expect(await checkOwnDraw(board, place, 'another fingerprint')).toBe('commitment_changed');
  const other = await facts({ seed: 'another seed' });
  expect(await checkOwnDraw(other.board, other.place, null)).toBe('seed_does_not_fit');
  const moved = await facts({ score: '1.0000001' });
  expect(await checkOwnDraw(moved.board, moved.place, null)).toBe('score_differs');
});

it('checks the seed also for those who came later', async () => {
  const { board, place } = await facts({ score: '7' });
  expect(await checkOwnDraw(board, place, null)).toBe('not_in_draw');
  expect(await checkOwnDraw(board, null, null)).toBe('not_in_draw');
});
