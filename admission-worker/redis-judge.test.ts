import { expect, it } from 'vitest';
import { createManualClock } from '../platform/clock.ts';
import { createRedisJudge } from './redis-judge.ts';

it('takes another server as a loss, and the same one, or one that nobody knows, as none', () => {
  const judge = createRedisJudge(() => 0);
  expect(judge(1, 'old', 'old')).toBe('same');
  expect(judge(1, null, 'new')).toBe('same');
  expect(judge(1, 'old', null)).toBe('same');
  expect(judge(1, 'old', 'new')).toBe('another');
});

it('believes in three changes within ten minutes, so that two workers at different servers come to rest', () => {
  const clock = createManualClock(0);
  const judge = createRedisJudge(() => clock.nowMs());
  expect(judge(1, 'theirs', 'ours')).toBe('another');
  expect(judge(1, 'theirs', 'ours'), 'the restore failed and is tried again').toBe('another');
  expect(judge(3, 'theirs', 'ours')).toBe('another');
  expect(judge(5, 'theirs', 'ours')).toBe('another');
  expect(judge(7, 'theirs', 'ours')).toBe('too_often');
  clock.advance(599_999);
  expect(judge(7, 'theirs', 'ours')).toBe('too_often');
  clock.advance(1);
  expect(judge(7, 'theirs', 'ours')).toBe('another');
});
