import { expect, it } from 'vitest';
import { CHECK_IN_RESULTS } from '../../contracts/check-ins.ts';
import { newGate, withHandedIn, withLetIn } from './gate-state.ts';
import { verdictWords } from './verdict-words.ts';

const scan = (scanId: string) => ({ scanId, code: 'OT1.x', scannedAt: '2030-01-01T19:00:00.000Z' });

it('every verdict has words of its own, a transferred ticket others than a cancelled one, and one alone is good', () => {
  const told = [
    ...CHECK_IN_RESULTS.map((result) => verdictWords({ result, isOffline: false })),
    verdictWords({ result: 'revoked', reason: 'transferred', isOffline: true }),
  ];
  expect(new Set(told.map(({ title }) => title)).size).toBe(CHECK_IN_RESULTS.length + 1);
  expect(told.filter(({ isGood }) => isGood)).toHaveLength(1);
  expect(new Set(told.map(({ sign, isGood }) => `${sign} ${isGood}`)).size).toBe(2);
});

it('a door keeps what it let in alone until the record has answered, and shows what it should not have let in', () => {
  const alone = withLetIn(withLetIn(newGate('gala', 'north'), 't1', scan('a')), 't2', scan('b'));
  expect(withLetIn(alone, 't1', null).letIn).toEqual(['t1', 't2']);
  const half = withHandedIn(alone, [{ scanId: 'a', result: 'admit', conflict: false }]);
  expect([half.pending.map(({ scanId }) => scanId), half.conflicts]).toEqual([['b'], []]);
  const done = withHandedIn(half, [
    { scanId: 'b', result: 'revoked', reason: 'transferred', seat: 'A 7', conflict: true },
  ]);
  expect(done.pending).toEqual([]);
  expect(done.conflicts).toMatchObject([{ result: 'revoked', reason: 'transferred', seat: 'A 7' }]);
});
