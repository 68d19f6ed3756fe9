import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHECK_IN_RESULTS } from '../../contracts/check-ins.ts';
import { newGate, withContact, withHandedIn, withLetIn } from './gate-state.ts';
import { lineWords } from './line-words.ts';
import { SHELL_PATHS } from './shell.ts';
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

it('the page that is kept for a door without a network is all that the page names', async () => {
  const page = await readFile(join(import.meta.dirname, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThan(2);
  expect(new Set(SHELL_PATHS)).toEqual(new Set(['/scanner/', ...named]));
});

it('a door says since when it is offline and of when its list is, and calls an old list old', () => {
  const at = (time: string) => Date.parse(`2030-01-01T${time}:00`);
  const words = (list: string | null, since: string | null, now: string) =>
    lineWords(
      { listIssuedAtMs: list === null ? null : at(list), isKept: true },
      since === null ? null : new Date(at(since)).toISOString(),
      at(now),
      'en-GB',
    );
  expect(words('19:00', null, '19:05')).toEqual({ isOld: false, text: 'Online, list of 19:00.' });
  const young = words('19:00', '19:01', '19:05');
  expect(young).toEqual({ isOld: false, text: 'Offline since 19:01, list of 19:00 (5 min old).' });
  expect(words('19:00', '19:01', '19:40')).toMatchObject({ isOld: true, text: expect.stringContaining('old list') });
  expect(words(null, '19:01', '19:05')).toMatchObject({ isOld: true, text: expect.stringContaining('no list') });
});

it('a door remembers when it lost the network, however often it tries, until it has it again', () => {
  const [first, later] = [Date.parse('2030-01-01T19:00:00Z'), Date.parse('2030-01-01T19:10:00Z')];
  const lost = withContact(withContact(newGate('gala', 'north'), false, first), false, later);
  expect(lost.offlineSince).toBe('2030-01-01T19:00:00.000Z');
  expect(withContact(lost, true, later).offlineSince).toBeNull();
});
