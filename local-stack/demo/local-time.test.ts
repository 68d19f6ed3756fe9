import { describe, expect, it } from 'vitest';
import { localTimeAfterDays } from './local-time.ts';

const LONDON = { hour: 19, minute: 30, timeZone: 'Europe/London' };
const iso = (ms: number) => new Date(ms).toISOString();

describe('a time on a place’s own clock', () => {
  it('follows the change to summer time between now and then', () => {
    const winter = Date.parse('2026-03-28T12:00:00Z');
    expect(iso(localTimeAfterDays(winter, 0, LONDON))).toBe('2026-03-28T19:30:00.000Z');
    expect(iso(localTimeAfterDays(winter, 1, LONDON))).toBe('2026-03-29T18:30:00.000Z');
  });

  it('counts days by the date that the place has now', () => {
    const mumbai = { hour: 17, minute: 0, timeZone: 'Asia/Kolkata' };
    expect(iso(localTimeAfterDays(Date.parse('2026-03-10T18:29:59Z'), 1, mumbai))).toBe('2026-03-11T11:30:00.000Z');
    expect(iso(localTimeAfterDays(Date.parse('2026-03-10T18:30:00Z'), 1, mumbai))).toBe('2026-03-12T11:30:00.000Z');
  });

  it('knows clocks behind UTC', () => {
    const newYork = { hour: 20, minute: 0, timeZone: 'America/New_York' };
    expect(iso(localTimeAfterDays(Date.parse('2026-01-10T02:00:00Z'), 0, newYork))).toBe('2026-01-10T01:00:00.000Z');
  });
});
