import { describe, expect, test } from 'vitest';
import type { Board } from '../../contracts/board.ts';
import type { RoomStats, RoomView } from '../../contracts/operator-rooms.ts';
import { DEFAULT_ROOM_SETTINGS } from '../../contracts/room-settings.ts';
import { describeChange } from './audit-entry.ts';
import { glanceAt } from './room-card.tsx';
import { offersFor } from './room-orders.tsx';
import { troublesOf } from './room-banners.tsx';
import { addSample, ageSeconds, sparkPath, type Sample } from './samples.ts';
import { changesOf, draftOf, editedNames, rebase, settingsOf } from './settings.ts';

const view: RoomView = {
  ...DEFAULT_ROOM_SETTINGS,
  name: 'Demo',
  lanes: [{ name: 'general', weight: 1 }],
  room: 'demo',
  version: 3,
  state: 'open',
  message: null,
  performances: [],
  now: '2026-01-01T00:00:00.000Z',
};
const base = draftOf(view);
const typed = (texts: Record<string, string>, from = base) => ({ ...from, texts: { ...from.texts, ...texts } });

describe('the settings form', () => {
  test('shows the settings a room has, and sends only what was edited', () => {
    expect(settingsOf(view).map(({ name }) => name)).toContain('newUsersPerMinute');
    expect(Object.keys(base.texts)).not.toContain('room');
    expect(changesOf(base, base)).toEqual({ changes: {}, errors: [] });
    const draft = typed({ newUsersPerMinute: ' 90 ', allowedReturnHosts: 'a.example\n b.example ', shopUrl: '/x' });
    expect(changesOf(draft, base)).toEqual({
      changes: { newUsersPerMinute: 90, allowedReturnHosts: ['a.example', 'b.example'], shopUrl: '/x' },
      errors: [],
    });
  });

  test.each(['', '-5', 'abc', '1.5', '1e12', '99999999999'])('refuses %j beside its field', (text) => {
    const { errors } = changesOf(typed({ newUsersPerMinute: text }), base);
    expect(errors.map((error) => error.path)).toEqual(['newUsersPerMinute']);
  });

  test('takes times in this device’s zone, to the second, and nothing as none', () => {
    const opening = draftOf({ ...view, opensAt: '2026-03-01T12:34:56.000Z' });
    expect(editedNames(typed({ opensAt: '' }, opening), opening)).toEqual(['opensAt']);
    expect(changesOf(typed({ opensAt: '' }, opening), opening).changes).toEqual({ opensAt: null });
    expect(changesOf(opening, base).changes).toEqual({ opensAt: '2026-03-01T12:34:56.000Z' });
    expect(changesOf(typed({ opensAt: 'soon' }), base).errors).toHaveLength(1);
  });

  test('sends lanes whole, with codes one a line', () => {
    const lanes = [
      { name: 'general', weight: '2', codes: '' },
      { name: 'fans', weight: '3', codes: 'ONE\nTWO' },
    ];
    expect(changesOf({ ...base, lanes }, base).changes).toEqual({
      lanes: [
        { name: 'general', weight: 2 },
        { name: 'fans', weight: 3, codes: ['ONE', 'TWO'] },
      ],
    });
    const wrong = [{ name: 'general', weight: 'x', codes: '' }];
    expect(changesOf({ ...base, lanes: wrong }, base).errors[0]?.path).toBe('lanes.0.weight');
  });

  test('keeps the edits upon what somebody else saved, and turns nothing of theirs back', () => {
    const latest = draftOf({ ...view, version: 4, totalActiveUsers: 9, newUsersPerMinute: 70 });
    const kept = rebase(typed({ newUsersPerMinute: '90' }), base, latest);
    expect(changesOf(kept, latest).changes).toEqual({ newUsersPerMinute: 90 });
    expect(kept.texts['totalActiveUsers']).toBe('9');
  });
});

test('each state offers the orders that mean something in it', () => {
  const orders = (state: RoomView['state']) => offersFor({ state, name: 'x' }).map(({ order }) => order);
  expect(orders('lobby')).toEqual(['open', 'pause', 'close']);
  expect(orders('open')).toEqual(['pause', 'close']);
  expect(orders('paused')).toEqual(['resume', 'close']);
  expect(orders('closed')).toEqual(['open']);
});

test('what holds a room up is told in words, the cause before its effects', () => {
  const now = '2026-01-01T00:00:01.000Z';
  expect(troublesOf(stats(now))).toEqual([]);
  expect(troublesOf({ ...stats(now), held: 'core' })[0]).toContain('the shop');
  expect(troublesOf({ ...stats(now), storeAway: true, at: null })).toHaveLength(1);
  expect(troublesOf({ ...stats(now), recovering: true })[0]).toContain('restored');
  expect(troublesOf({ ...stats(now), at: null })[0]).toContain('no board');
  expect(troublesOf(stats('2026-01-01T00:00:09.000Z'))[0]).toContain('No tick for 9 seconds');
});

test('a card tells how its room goes by the board, and why there is none', () => {
  const lane = { calledTo: '0', nearTo: '0', admittedTo: '0', lateTo: 0, waiting: 1200, marks: [] };
  const board: Board = {
    room: 'demo',
    epoch: 1,
    tick: 1,
    at: 0,
    phase: 'open',
    lanes: { general: lane, fans: { ...lane, waiting: 34 } },
    active: 96,
    capacity: 250,
    admittedPerMinute: 280,
    waitTimeKnown: true,
    pollNearMs: 1000,
    pollFarMs: 5000,
  };
  const away = { code: 'store_unavailable', detail: 'The store does not answer.' };
  expect(glanceAt(board, null)).toEqual({
    counts: '1,234 waiting · 96 inside · 280 let in, last minute',
    trouble: null,
  });
  expect(glanceAt(null, null)).toEqual({ counts: null, trouble: null });
  expect(glanceAt({ ...board, held: 'core' }, null).trouble).toContain('the shop');
  expect(glanceAt({ ...board, stale: true }, null).trouble).toContain('No tick');
  expect(glanceAt(null, away).trouble).toContain(away.detail);
  expect(glanceAt(board, { ...away, code: 'room_recovering' }).trouble).toContain('restored');
});

const stats = (now: string, waiting = 0): RoomStats => ({
  room: 'demo',
  phase: 'open',
  tick: 1,
  at: '2026-01-01T00:00:00.000Z',
  held: null,
  storeAway: false,
  recovering: false,
  revokedTotal: 0,
  effectiveUsersPerMinute: 60,
  autopilotReason: null,
  remaining: null,
  message: null,
  opensAt: null,
  lanes: [],
  core: [],
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
