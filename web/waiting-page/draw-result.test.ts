import { expect, it } from 'vitest';
import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import type { Board } from '../../contracts/board.ts';
import { drawCommitment, drawScore } from '../../contracts/draw.ts';
import { placeOf } from '../../contracts/place.fixture.ts';
import type { Place } from '../../contracts/place.ts';
import { checkOwnDraw, drawWords, publicDrawOf, type DrawResult } from './draw-result.ts';

const SEED = 'a seed';
const TICKET_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

async function facts(over: { seed?: string | null; score?: string } = {}): Promise<{ board: Board; place: Place }> {
  const seed = over.seed === undefined ? SEED : over.seed;
  const draw = { commitment: await drawCommitment(SEED), ...(seed === null ? {} : { seed }) };
  const score = over.score ?? String(await drawScore(SEED, TICKET_ID, 1));
  const board = boardOf({ lanes: { general: laneOf({ base: '1' }) }, draw });
  return { board, place: placeOf({ ticketId: TICKET_ID, score }) };
}

async function check(board: Board, place: Place | null, promised: string | null): Promise<DrawResult | null> {
  const draw = publicDrawOf(board, place);
  return draw === null ? null : await checkOwnDraw(draw, place, promised);
}

it('says nothing before the seed is out', async () => {
  const { board, place } = await facts({ seed: null });
  expect(await check(board, place, null)).toBe('not_yet');
  expect(drawWords('not_yet')).toBeNull();
});

it('holds when seed, fingerprint and own place fit together', async () => {
  const { board, place } = await facts();
  expect(await check(board, place, await drawCommitment(SEED))).toBe('holds');
});

it('tells each way of cheating apart', async () => {
  const { board, place } = await facts();
  expect(await check(board, place, 'another fingerprint')).toBe('commitment_changed');
  const other = await facts({ seed: 'another seed' });
  expect(await check(other.board, other.place, null)).toBe('seed_does_not_fit');
  const moved = await facts({ score: '1.0000001' });
  expect(await check(moved.board, moved.place, null)).toBe('score_differs');
});

it('checks the seed also for those who came later', async () => {
  const { board, place } = await facts({ score: '7' });
  expect(await check(board, place, null)).toBe('not_in_draw');
  expect(await check(board, null, null)).toBe('not_in_draw');
});

it('checks the round of who joined a random room by its own fingerprint, seed and base', async () => {
  const { board, place } = await facts();
  const round = { minute: 7, base: 40 };
  const promised = await drawCommitment('of minute 7');
  const drawn: Place = { ...place, round, score: String(await drawScore('of minute 7', TICKET_ID, 40)) };
  const during: Board = { ...board, rounds: [{ minute: 7, commitment: promised }] };
  const after: Board = { ...board, rounds: [{ minute: 7, seed: 'of minute 7' }] };
  expect(await check(during, { ...drawn, score: undefined }, promised)).toBe('not_yet');
  expect(await check(after, drawn, promised)).toBe('holds');
  expect(await check(after, drawn, await drawCommitment('another'))).toBe('seed_does_not_fit');
  expect(await check(after, { ...drawn, score: '40.5' }, promised)).toBe('score_differs');
  // Who saw no fingerprint in time has nothing to hold the seed against.
  expect(await check(after, drawn, null)).toBe('not_yet');
});

it('has nothing to check where nobody is drawn', async () => {
  const { board, place } = await facts();
  expect(await check({ ...board, draw: undefined }, place, null)).toBeNull();
  expect(publicDrawOf({ ...board, rounds: [] }, null)).toBeNull();
});
