import { describe, expect, it } from 'vitest';
import { formatLive, showLive } from './live-line.ts';
import { formatSummary } from './summary.ts';
import { createTally, percentile } from './tally.ts';

const NOW = 1_700_000_000_000;

/** Three visitors: one bought, one is a ghost, one is inside. */
function sample() {
  const tally = createTally();
  for (let i = 0; i < 3; i += 1) {
    tally.move(null, 'coming');
    tally.totals.joined += 1;
  }
  tally.move('coming', 'gone');
  tally.ended('ghost');
  tally.move('coming', 'waiting');
  tally.admitted(4000, NOW - 60_000);
  tally.move('waiting', 'gone');
  tally.ended('bought');
  tally.totals.sold += 1;
  tally.totals.soldPlaces += 4;
  tally.move('coming', 'holding');
  tally.admitted(9000, NOW - 59_999);
  tally.totals.waitingRequests += 10;
  tally.refused('hold', 'seats_unavailable');
  return tally;
}

describe('the live line', () => {
  it('counts people where they are, and admissions of the last 60 s', () => {
    expect(formatLive(sample().snapshot(NOW), 3)).toBe(
      'joined 3/3  waiting 0  admitted 2  inside 1  holding 1  sold 1  refused 1  abandoned 0  ghosts 1  1/min',
    );
  });

  it('leaves the least needed counts out rather than wrap', () => {
    const line = formatLive(sample().snapshot(NOW), 3, 80);
    expect(line.length).toBeLessThan(80);
    expect(line).toContain('sold 1');
    expect(line).not.toContain('ghosts');
  });

  it('replaces itself on a terminal and adds lines on a pipe', () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    showLive({ write, isTTY: true, columns: 10 }, () => 'joined 3/3  waiting 0');
    showLive({ write }, () => 'joined 3/3');
    expect(written).toEqual(['\r\u001B[2Kjoined 3/', 'joined 3/3\n']);
  });
});

describe('the summary', () => {
  const format = (tally = sample()) =>
    formatSummary({ tally, visitors: 3, seed: 5, room: 'demo', startedMs: NOW - 20_000, nowMs: NOW });

  it('tells outcomes, waits, requests and refusals by code', () => {
    const text = format();
    for (const row of [
      /sold, places +4\n/,
      /bought +1\n/,
      /ghost +1\n/,
      /still there at the end +1\n/,
      /p50 +4\.0 s\n/,
      /p99 +9\.0 s\n/,
      /a visitor while waiting +5\.0\n/,
      /hold: seats_unavailable +1\n/,
    ])
      expect(text).toMatch(row);
    expect(text).not.toContain('UNEXPECTED');
  });

  it('names what nobody expected', () => {
    const tally = sample();
    tally.surprised('book', '500 internal');
    expect(format(tally)).toMatch(/UNEXPECTED\n +book: 500 internal +1\n/);
  });
});

describe('percentiles', () => {
  it('are the nearest rank, and none of nothing', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)]).toEqual([100, 198, null]);
  });
});
