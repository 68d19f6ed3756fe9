import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../platform/clock.ts';
import { createCalls, type CallResult } from './calls.ts';
import { dealCharacter } from './character.ts';
import { createFeedLine } from './feed-line.ts';
import { sourceAddresses, type HttpAnswer } from './http.ts';
import { createMarket } from './market.ts';
import { createSeededRandom } from './seeded-random.ts';
import { createTally } from './tally.ts';
import { afterFailure, gone, type Visitor } from './visitor.ts';

const clock = createManualClock(0);

function visitor(answer: HttpAnswer = { kind: 'unreachable', why: 'nobody' }): Visitor {
  const http = { send: async () => answer, close: async () => {} };
  const edgeUrl = 'http://127.0.0.1:1';
  return {
    who: dealCharacter(1, 1, 0),
    random: createSeededRandom(1),
    calls: createCalls(http, { edgeUrl, room: 'demo', address: 0, count: () => {} }),
    crowd: {
      edgeUrl,
      room: 'demo',
      clock,
      addresses: [null],
      http,
      tally: createTally(),
      market: createMarket(['one']),
      feed: createFeedLine(clock),
      wake: () => {},
      runId: 'run',
    },
    phase: 'waiting',
    troubles: 0,
  };
}
const again = async () => gone('failed');
const refused = (code: string, retryAfterMs: number | null = null): CallResult<never> => ({
  kind: 'refused',
  status: 400,
  code,
  retryAfterMs,
});

describe('after a call that did not succeed', () => {
  it('comes again no sooner than Retry-After says', () => {
    for (let i = 0; i < 100; i += 1) {
      const next = afterFailure(visitor(), 'join', refused('rate_limited', 7000), again);
      expect(next).toMatchObject({ kind: 'then', step: again });
      if (next.kind === 'then') expect(next.afterMs).toBeGreaterThanOrEqual(7000);
    }
  });

  it('ends the visit where the room or the session has ended, and finds nothing odd in it', () => {
    const one = visitor();
    expect(afterFailure(one, 'ask', refused('ticket_spent'), again)).toEqual(gone('turned_away'));
    expect(afterFailure(one, 'hold', refused('session_ended'), again)).toEqual(gone('out_of_time'));
    expect([...one.crowd.tally.refusals.keys()]).toEqual(['ask: ticket_spent', 'hold: session_ended']);
    expect(one.crowd.tally.unexpected.size).toBe(0);
  });

  it('counts a refusal that no well-behaved stack gives as unexpected', () => {
    const one = visitor();
    expect(afterFailure(one, 'hold', refused('invalid_request'), again)).toEqual(gone('failed'));
    expect([...one.crowd.tally.unexpected.keys()]).toEqual(['hold: 400 invalid_request']);
  });

  it('tries five times to get an answer, ever later, then fails', () => {
    const one = visitor();
    const nexts = Array.from({ length: 6 }, () =>
      afterFailure(one, 'board', { kind: 'broken', why: 'no answer' }, again),
    );
    expect(nexts.map(({ kind }) => kind)).toEqual(['then', 'then', 'then', 'then', 'then', 'gone']);
  });
});

describe('reading answers', () => {
  const answer = (status: number, body: unknown): HttpAnswer => ({
    kind: 'answer',
    status,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    retryAfterMs: null,
    location: null,
  });

  it('tells refusals by their code, and takes nothing else for one', async () => {
    const refusal = await visitor(answer(409, { code: 'seats_unavailable', status: 409 })).calls.seatMap('one');
    expect(refusal).toMatchObject({ kind: 'refused', code: 'seats_unavailable' });
    const page = await visitor(answer(502, '<html>Bad gateway</html>')).calls.seatMap('one');
    expect(page).toMatchObject({ kind: 'broken', why: '502 without a problem document' });
  });

  it('does not take a body for an answer that lacks what it must have', async () => {
    const result = await visitor(answer(201, { holdId: 'h' })).calls.hold('pass', 'one', [], null, 'key');
    expect(result).toMatchObject({ kind: 'broken', why: expect.stringContaining('receipt') });
  });
});

describe('source addresses', () => {
  it('are many on loopback of Linux, one elsewhere', () => {
    const local = 'http://127.0.0.1:8787';
    expect(sourceAddresses(local, 20, 'linux')).toEqual(['127.0.1.1']);
    expect(new Set(sourceAddresses(local, 20_000, 'linux')).size).toBe(64);
    expect(sourceAddresses(local, 5000, 'darwin')).toEqual([null]);
    expect(sourceAddresses('https://tickets.example.org', 5000, 'linux')).toEqual([null]);
  });
});
