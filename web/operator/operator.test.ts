import { describe, expect, test } from 'vitest';
import type { RoomStats } from '../../contracts/operator-rooms.ts';
import { describeChange } from './audit-entry.ts';
import { changesOf, limitsOf } from './limits.ts';
import { addSample, ageSeconds, sparkPath, type Sample } from './samples.ts';

const view = { newUsersPerMinute: 60, totalActiveUsers: 500 };

describe('the limits form', () => {
  test('sends only what differs', () => {
    expect(changesOf(limitsOf(view), view)).toEqual({ changes: null, errors: [] });
    expect(changesOf({ newUsersPerMinute: ' 90 ', totalActiveUsers: '500' }, view)).toEqual({
      changes: { newUsersPerMinute: 90 },
      errors: [],
    });
  });

  test.each(['', '-5', 'abc', '1.5', '1e12', '99999999999'])('refuses %j beside its field', (text) => {
    const { errors } = changesOf({ newUsersPerMinute: text, totalActiveUsers: '500' }, view);
    expect(errors.map((error) => error.path)).toEqual(['newUsersPerMinute']);
  });
});

const stats = (now: string, waiting = 0): RoomStats => ({
  room: 'demo',
  phase: 'open',
  tick: 1,
  at: '2026-01-01T00:00:00.000Z',
  held: null,
  waiting,
  ready: 0,
  late: 0,
  active: 0,
  admittedPerMinute: 0,
  admittedTotal: 0,
  newUsersPerMinute: 60,
  totalActiveUsers: 500,
  configVersion: 1,
  bookings: { pendingPayment: 0, confirmed: 0 },
  now,
});

describe('samples', () => {
  test('keep five minutes and count a look once', () => {
    let samples: readonly Sample[] = [];
    for (let second = 0; second < 400; second += 1)
      samples = addSample(samples, stats(new Date(second * 1000).toISOString(), second));
    expect(samples.length).toBe(300);
    expect(samples.at(-1)?.waiting).toBe(399);
    expect(addSample(samples, stats(new Date(399_000).toISOString()))).toBe(samples);
  });

  test('tell the age of a board by the server’s clock', () => {
    expect(ageSeconds(stats('2026-01-01T00:00:07.900Z'))).toBe(7);
    expect(ageSeconds({ at: null, now: '2026-01-01T00:00:00Z' })).toBeNull();
  });

  test('draw a line from zero to the largest', () => {
    expect(sparkPath([0, 5, 10], 100, 10)).toBe('M0.0 10.0L50.0 5.0L100.0 0.0');
    expect(sparkPath([3], 100, 10)).toBe('');
  });
});

test('a change is told by its fields, and by its action where no field differs', () => {
  expect(
    describeChange({
      action: 'settings',
      before: { newUsersPerMinute: 60, version: 1 },
      after: { newUsersPerMinute: 90, version: 2 },
    }),
  ).toBe('newUsersPerMinute: 60 → 90');
  expect(describeChange({ action: 'room.pause', before: null, after: null })).toBe('room.pause');
});
